"""Who may in at the page and the API: one-time links, sessions and tokens. Real time.

Each is a random value of which the database keeps the hash alone, so that whoever reads the
database cannot come in with it. A link is for one session of one candidate; a session is a browser;
a token is a script's, for one candidate, or an operator's, who sees states and counts, no texts.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from service.clock import real_now
from service.database import Database
from service.errors import NotFound
from service.schema import api_tokens, web_links, web_sessions

LINK_TIME = timedelta(minutes=5)
"""How long a one-time link may lie in a terminal before it is opened."""

SESSION_TIME = timedelta(days=30)
"""How long a browser may come back without a new link."""

_PREFIX = "cb_"
"""What every token begins with, so that it is recognised where it does not belong."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever has come in; an operator has no candidate."""

    candidate_id: int | None

    @property
    def is_operator(self) -> bool:
        """Whether it is an operator, who sees no candidate's texts."""
        return self.candidate_id is None


@dataclass(frozen=True, slots=True)
class Token:
    """A script's token, as it is listed; the value itself was shown once."""

    id: int
    name: str
    candidate_id: int | None
    created_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


# A browser


def make_link(database: Database, candidate_id: int) -> str:
    """Store a one-time link for a candidate and return its code."""
    code = secrets.token_urlsafe(32)
    now = real_now()
    with database.write() as connection:
        connection.execute(sa.delete(web_links).where(web_links.c.expires_at < now))
        connection.execute(
            sa.insert(web_links).values(
                candidate_id=candidate_id, code_hash=_hash(code), expires_at=now + LINK_TIME
            )
        )
    return code


def redeem_link(database: Database, code: str) -> str | None:
    """Turn the code of a link into a new session, once; None when it is none, used or too old."""
    now = real_now()
    with database.write() as connection:
        candidate_id = connection.scalar(
            sa.delete(web_links)
            .where(web_links.c.code_hash == _hash(code), web_links.c.expires_at > now)
            .returning(web_links.c.candidate_id)
        )
        if candidate_id is None:
            return None
        session = secrets.token_urlsafe(32)
        connection.execute(sa.delete(web_sessions).where(web_sessions.c.expires_at < now))
        connection.execute(
            sa.insert(web_sessions).values(
                candidate_id=candidate_id,
                session_hash=_hash(session),
                created_at=now,
                expires_at=now + SESSION_TIME,
            )
        )
    return session


def find_session(database: Database, session: str) -> Visitor | None:
    """Return whose browser it is; None when the session has ended."""
    with database.read() as connection:
        candidate_id = connection.scalar(
            sa.select(web_sessions.c.candidate_id).where(
                web_sessions.c.session_hash == _hash(session),
                web_sessions.c.expires_at > real_now(),
            )
        )
    return None if candidate_id is None else Visitor(candidate_id)


def end_session(database: Database, session: str) -> None:
    """Let this browser in no more."""
    with database.write() as connection:
        connection.execute(
            sa.delete(web_sessions).where(web_sessions.c.session_hash == _hash(session))
        )


# A script


def make_token(database: Database, name: str, candidate_id: int | None) -> str:
    """Store a token for a candidate, or for an operator, and return its value: shown once."""
    value = _PREFIX + secrets.token_urlsafe(32)
    with database.write() as connection:
        connection.execute(
            sa.insert(api_tokens).values(
                candidate_id=candidate_id,
                token_hash=_hash(value),
                name=name,
                created_at=real_now(),
            )
        )
    return value


def find_token(database: Database, value: str) -> Visitor | None:
    """Return whose token it is; None when there is none such or it was revoked."""
    now = real_now()
    with database.read() as connection:
        row = connection.execute(
            sa.select(api_tokens.c.id, api_tokens.c.candidate_id, api_tokens.c.used_at).where(
                api_tokens.c.token_hash == _hash(value), api_tokens.c.revoked_at.is_(None)
            )
        ).one_or_none()
    if row is None:
        return None
    if row.used_at is None or now - row.used_at > timedelta(minutes=1):
        # To the minute: a script that asks all day must not write at every request.
        with database.write() as connection:
            connection.execute(
                sa.update(api_tokens).where(api_tokens.c.id == row.id).values(used_at=now)
            )
    return Visitor(row.candidate_id)


def list_tokens(database: Database) -> list[Token]:
    """Return every token that was made here, oldest first, revoked ones as well."""
    with database.read() as connection:
        rows = connection.execute(sa.select(api_tokens).order_by(api_tokens.c.id)).mappings()
        return [
            Token(
                id=row["id"],
                name=row["name"],
                candidate_id=row["candidate_id"],
                created_at=row["created_at"],
                used_at=row["used_at"],
                revoked_at=row["revoked_at"],
            )
            for row in rows
        ]


def revoke_token(database: Database, token_id: int) -> None:
    """Let a token in no more.

    Raises:
        NotFound: there is no such token, or it was revoked before.

    """
    with database.write() as connection:
        revoked = connection.execute(
            sa.update(api_tokens)
            .where(api_tokens.c.id == token_id, api_tokens.c.revoked_at.is_(None))
            .values(revoked_at=real_now())
        )
    if not revoked.rowcount:
        raise NotFound(f"There is no token {token_id} that is in use.", "callback token list")


def _hash(value: str) -> str:
    # A plain hash is enough: 256 random bits cannot be guessed, however quickly one tries.
    return hashlib.sha256(value.encode()).hexdigest()

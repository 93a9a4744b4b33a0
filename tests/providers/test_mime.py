"""Writing a mail as RFC 5322 text and reading it back."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import mime
from providers.errors import Rejected
from tests.providers.bench import MAIL

PAGE = b"""Content-Type: text/html

<style>p{}</style><p>Dear&nbsp;Jo,</p>
<div>thank<br>you &amp; all</div>"""

LINE = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=150)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=400)


@given(name=LINE, subject=LINE, body=TEXT)
def test_whatever_is_written_is_read_back(name: str, subject: str, body: str) -> None:
    """Any name, subject and body come through; the reader stays one reader."""
    raw = mime.write(replace(MAIL, to_name=name, subject=subject, body=body))
    written = mime.read(raw)
    assert written.recipients == (MAIL.to_address,)
    assert written.subject.strip() == subject.strip()
    assert written.body == mime.tidy(body)
    unfolded = str(message_from_bytes(raw)["To"]).replace("\r\n", "").replace("\n", "")
    ((phrase, address),) = getaddresses([unfolded])
    assert address == MAIL.to_address
    assert str(make_header(decode_header(phrase))).strip() == name.strip()


@given(name=LINE, subject=LINE, body=TEXT)
def test_what_is_written_is_legal_on_the_wire(name: str, subject: str, body: str) -> None:
    """ASCII, CRLF throughout, and no line longer than every server takes."""
    raw = mime.write(replace(MAIL, to_name=name, subject=subject, body=body))
    assert raw.isascii()
    lines = raw.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines)) <= 78
    head = raw.partition(b"\r\n\r\n")[0].decode()
    names = re.findall(r"^([A-Za-z-]+):", head, re.MULTILINE)
    assert sorted(names) == sorted(
        [
            "From",
            "To",
            "Subject",
            "Date",
            "Content-Type",
            "Content-Transfer-Encoding",
            "MIME-Version",
        ]
    )


def test_says_nothing_about_the_program() -> None:
    """No X-Mailer, no User-Agent, no Message-ID where the provider gives one."""
    headers = mime.read(mime.write(MAIL)).headers
    assert {"x-mailer", "user-agent", "message-id"} & headers.keys() == set()


def test_the_date_is_the_mail_s_own() -> None:
    """In the zone in which it was given."""
    zone = timezone(timedelta(hours=-5))
    moment = datetime(2026, 11, 24, 9, 12, tzinfo=zone)
    headers = mime.read(mime.write(replace(MAIL, date=moment))).headers
    assert headers["date"] == "Tue, 24 Nov 2026 09:12:00 -0500"


def test_plain_names_stay_readable() -> None:
    """Nothing is encoded that need not be."""
    raw = mime.write(replace(MAIL, sender_name="J. O'Neil-Candidate", to_name='Jo "J" Reader'))
    assert b'From: "J. O\'Neil-Candidate"\r\n <kim@example.com>\r\n' in raw
    assert b'To: "Jo \\"J\\" Reader"\r\n <jo@company.example>\r\n' in raw


def test_a_mail_without_names_is_addressed_barely() -> None:
    """A reader whose name nobody knows gets a mail, too."""
    assert b"To: jo@company.example\r\n" in mime.write(replace(MAIL, to_name=" "))


def test_a_name_that_looks_encoded_is_kept_as_it_is() -> None:
    """What looks like an encoded word is text."""
    subject = "=?utf-8?q?not_encoded?="
    assert mime.read(mime.write(replace(MAIL, subject=subject))).subject == subject


def test_long_message_ids_are_never_encoded() -> None:
    """A reply that names no mail would not be shown below it."""
    ids = tuple(f"<{letter * 120}@mail.example>" for letter in "abc")
    raw = mime.write(replace(MAIL, in_reply_to=ids[2], references=ids))
    assert f"In-Reply-To: {ids[2]}\r\n".encode() in raw
    assert ("References: " + "\r\n ".join(ids) + "\r\n").encode() in raw


def test_a_reply_without_references_names_the_mail_it_answers() -> None:
    """One id is thread enough."""
    headers = mime.read(mime.write(replace(MAIL, in_reply_to="<a@b.example>"))).headers
    assert headers["references"] == "<a@b.example>"


@pytest.mark.parametrize(
    "broken", ["a@b.example", "<a b@c.example>", "<a@b.example>\r\nBcc: x@y.example", "<>", "<ü@b>"]
)
def test_an_id_that_is_none_is_refused(broken: str) -> None:
    """Nothing gets into a header by way of an answered mail."""
    for mail in (
        replace(MAIL, in_reply_to=broken),
        replace(MAIL, in_reply_to="<a@b.example>", references=(broken,)),
    ):
        with pytest.raises(Rejected) as caught:
            mime.write(mail)
        assert caught.value.code == "bad-message-id"


@pytest.mark.parametrize(
    "address",
    ["", "jo", "@b.example", "jo@", "jo@b.example>", "a b@c.example", "jö@b.example", "jo@b..c"],
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    """The last gate before a header."""
    with pytest.raises(Rejected) as caught:
        mime.write(replace(MAIL, to_address=address))
    assert caught.value.code == "bad-address"


def test_a_domain_in_any_script_is_written_in_ascii() -> None:
    """Mail servers know only that form."""
    assert mime.wire_address("jo@Bücher.example") == "jo@xn--bcher-kva.example"


def test_half_a_character_is_refused() -> None:
    """Text that cannot be encoded is no text."""
    with pytest.raises(Rejected) as caught:
        mime.write(replace(MAIL, body="\ud83d"))
    assert caught.value.code == "not-text"


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (b"", ""),
        (b"Content-Type: text/plain; charset=no-such\r\n\r\nHallo \xfc", "Hallo \ufffd"),
        (b"Content-Type: text/plain; charset=latin-1\r\n\r\nGr\xfc\xdfe \r\n\r\n", "Grüße"),
        (PAGE, "Dear Jo,\n\nthank\nyou & all"),
        (b"Content-Type: image/png\r\n\r\nx", ""),
    ],
)
def test_any_mail_can_be_read(raw: bytes, body: str) -> None:
    """Other programs write drafts, too; none of them is a crash."""
    assert mime.read(raw).body == body


def test_all_readers_of_an_edited_draft_are_seen() -> None:
    """Somebody added in copy does not go unnoticed."""
    raw = b"To: A <a@x.example>, b@x.example\r\nCc: c@x.example\r\nBcc: d@x.example\r\n\r\n"
    expected = ("a@x.example", "b@x.example", "c@x.example", "d@x.example")
    assert mime.read(raw).recipients == expected


def test_the_texts_of_a_mail_do_not_show() -> None:
    """What was read is not logged by accident."""
    shown = repr(mime.read(mime.write(MAIL)))
    assert [t for t in (MAIL.subject, "thank you", MAIL.to_address) if t in shown] == []


def test_now_is_never_asked() -> None:
    """The same mail is the same text at any time."""
    mail = replace(MAIL, date=datetime(2000, 1, 1, tzinfo=UTC))
    assert mime.write(mail) == mime.write(mail)

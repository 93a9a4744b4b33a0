"""The main job, end to end, with the real process under a shifted clock."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.databases import list_rows
from tests.e2e.conftest import GMAIL, OUTLOOK, World
from tests.loopback import gmail_mailbox, graph_mailbox

Delivery = gmail_mailbox.Delivery | graph_mailbox.Delivery

MONDAY = datetime(2026, 12, 7, 10, 0, tzinfo=UTC)
TUESDAY_EVENING = datetime(2026, 12, 8, 20, 0, tzinfo=UTC)
WEDNESDAY = datetime(2026, 12, 9, 8, 55, tzinfo=UTC)

REASONS = (
    "I would like to keep the same patients from the first day to the last. "
    "Your ward is the only one I know that does."
)
MARISOL_LINE = "Your plan for quieter nights is one I would love to help with."
PRIYA_LINE = "What you said about teaching every new nurse yourself has stayed with me."

INVITATION = f"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Tidewater//Calendar//EN
METHOD:REQUEST
BEGIN:VEVENT
UID:interview-1@tidewater.example
SEQUENCE:0
DTSTAMP:20261204T090000Z
DTSTART;TZID=Europe/London:20261208T140000
DTEND;TZID=Europe/London:20261208T150000
SUMMARY:Interview: Ward Sister
ORGANIZER;CN=People Team:mailto:no-reply@tidewater.example
ATTENDEE;CN="Duarte, Marisol";PARTSTAT=ACCEPTED:mailto:m.duarte@tidewater.example
ATTENDEE;CN=Priya Raman;PARTSTAT=ACCEPTED:mailto:p.raman@tidewater.example
ATTENDEE;CN=Tom Okafor;PARTSTAT=DECLINED:mailto:t.okafor@tidewater.example
ATTENDEE;CN=Ana Lindqvist;PARTSTAT=NEEDS-ACTION:mailto:{GMAIL}
END:VEVENT
END:VCALENDAR
"""

SUBMISSION = f"""
company = "Harbour Foods"
role = "Quality Manager"
starts = 2026-12-08 10:00:00
ends = 2026-12-08 11:00:00
where = "London"
why = "I have made small kitchens pass large audits, and your laboratory is open to all of them."
mailbox = "{OUTLOOK}"

[[people]]
name = "Henrik Vogt"
email = "h.vogt@harbour.example"
line = "The way you trace every batch back to its boat is new to me."
"""


def test_from_authorised_mailboxes_to_mails_the_day_after(world: World, tmp_path: Path) -> None:
    """Each person met has exactly one mail, at the time shown, from the right mailbox."""
    product = world.product
    invitation = tmp_path / "invitation.ics"
    invitation.write_text(INVITATION)
    submission = tmp_path / "harbour.toml"
    submission.write_text(SUBMISSION)

    product.set_clock(MONDAY)
    product.connect("gmail", world.browse, name="Ana Lindqvist")
    product.connect("outlook", world.browse)
    product.call("add", str(invitation), "--where", "London", "--yes", "--company", "Tidewater")
    assert {each["state"] for each in product.mails()} == {"held"}

    product.set_clock(TUESDAY_EVENING)
    product.call("add", str(submission), "--yes")
    product.call(
        "debrief",
        "--took-place",
        *("--met", "Marisol", "--met", "Priya"),
        *("--line", f"Marisol: {MARISOL_LINE}", "--line", f"Priya: {PRIYA_LINE}"),
        *("--why", REASONS),
        "--yes",
    )
    shown = {each["to"]["address"]: each for each in product.mails()}
    assert {each["state"] for each in shown.values()} == {"scheduled"}
    assert set(shown) == {
        "m.duarte@tidewater.example",
        "p.raman@tidewater.example",
        "h.vogt@harbour.example",
    }

    product.set_clock(TUESDAY_EVENING + timedelta(minutes=10))
    product.call("run", "--once")
    (evening_note,) = _notes(world)
    assert evening_note.recipients == (GMAIL,)
    for each in shown.values():
        assert f"callback stop {each['id']}" in _text(evening_note)

    product.set_clock(TUESDAY_EVENING, rate=3600)
    with product.running(tmp_path / "night.log"):
        product.wait_until(WEDNESDAY - timedelta(hours=1))
    assert not _delivered(world)
    product.set_clock(WEDNESDAY, rate=120)
    with product.running(tmp_path / "morning.log"):
        sent = product.wait_for({"sent"})

    by_reader = {_only_reader(each): each for each in _delivered(world)}
    assert len(_delivered(world)) == 3
    assert len(_notes(world)) == 1
    assert set(by_reader) == set(shown)
    for each in sent:
        slot = datetime.fromisoformat(shown[each["to"]["address"]]["goes_out_at"])
        assert each["goes_out_at"] == shown[each["to"]["address"]]["goes_out_at"]
        late = datetime.fromisoformat(each["sent_at"]) - slot
        assert timedelta() <= late < timedelta(minutes=10), each["id"]
    assert by_reader["m.duarte@tidewater.example"].account == GMAIL
    assert by_reader["h.vogt@harbour.example"].account == OUTLOOK
    assert MARISOL_LINE in _text(by_reader["m.duarte@tidewater.example"])
    assert PRIYA_LINE in _text(by_reader["p.raman@tidewater.example"])
    assert "Dear Marisol Duarte," in _text(by_reader["m.duarte@tidewater.example"])
    assert not world.microsoft.contract_violations
    _assert_no_secret(world, tmp_path)


def _assert_no_secret(world: World, folder: Path) -> None:
    """No token, code or client secret stands in the database, its WAL, a log or an output."""
    secrets = {*world.google.issued_secrets, *world.microsoft.issued_secrets}
    assert len(secrets) >= 7  # a client secret, codes, and two tokens from each
    stored = [path for path in world.product.home.rglob("*") if path.is_file()]
    logs = list(folder.glob("*.log"))
    assert "vault.key" in {path.name for path in stored}
    texts = {path.name: path.read_bytes() for path in (*stored, *logs)}
    texts["database"] = "\n".join(list_rows(world.product.home)).encode()
    texts["printed"] = "\n".join(world.product.printed).encode()
    for name, text in texts.items():
        found = [secret for secret in secrets if secret.encode() in text]
        assert not found, f"{len(found)} secrets in {name}"


def _delivered(world: World) -> list[Delivery]:
    """Return the mails to readers."""
    return [each for each in _sent(world) if not _is_to_self(each)]


def _notes(world: World) -> list[Delivery]:
    """Return what the service told its user by mail."""
    return [each for each in _sent(world) if _is_to_self(each)]


def _sent(world: World) -> list[Delivery]:
    return [*world.google.delivered, *world.microsoft.delivered]


def _is_to_self(delivery: Delivery) -> bool:
    return delivery.recipients == (delivery.account,)


def _only_reader(delivery: Delivery) -> str:
    (reader,) = delivery.recipients
    return reader


def _text(delivery: Delivery) -> str:
    body = delivery.mail.get_body(("plain",))
    assert body is not None
    content: str = body.get_content()
    return content

"""Who of those invited may have been met, who starts unticked, and who is left out and why.

Invited is not met: everybody kept is either open (`is_met` None, for the user to tick) or unticked
(False) with a `note`. Nobody is dropped without a word, and nobody for lack of an address.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote

from service.intake import addresses, wordlists
from service.intake.calendar_text import Line
from service.intake.names import Name, read_name, tidy
from service.records import Person

ORGANISER = "organiser"
_INTERNAL = "imceaex-"
"""How Exchange wraps an address that only its own servers know."""
_ABSENT = frozenset({"DECLINED", "DELEGATED"})


@dataclass(frozen=True, slots=True)
class Guest:
    """An ATTENDEE or the ORGANIZER as written. `uri` is what stood in place of an address."""

    shown: str
    address: str | None
    uri: str
    kind: str = ""
    role: str = ""
    status: str = ""
    delegated_to: str = ""
    is_organiser: bool = False

    @property
    def label(self) -> str:
        """What to call this one in a message."""
        return self.shown.strip("\"' ") or self.address or self.uri or "somebody without a name"


@dataclass(frozen=True, slots=True)
class Guests:
    """Everybody of an invitation, sorted. `left_out` are names with the reason."""

    people: tuple[Person, ...]
    left_out: tuple[tuple[str, str], ...]
    invited_as: str | None


def read_guest(line: Line) -> Guest:
    """Read an ATTENDEE or ORGANIZER line. Nothing in it can be so odd that it raises."""
    start = line.value.lower().rfind("mailto:")
    uri = tidy(line.value[start + len("mailto:") :] if start >= 0 else line.value)
    spellings = (uri, unquote(uri, errors="replace"), line.params.get("EMAIL", ""))
    found = (addresses.find_address(text) for text in spellings)
    address = next((a for a in found if a and not a.casefold().startswith(_INTERNAL)), None)
    return Guest(
        shown=tidy(line.params.get("CN", "")),
        address=address,
        uri=uri,
        kind=line.params.get("CUTYPE", "").upper(),
        role=line.params.get("ROLE", "").upper().replace("_", "-"),
        status=line.params.get("PARTSTAT", "").upper(),
        delegated_to=line.params.get("DELEGATED-TO", ""),
        is_organiser=line.name == "ORGANIZER",
    )


def sort_guests(
    guests: Iterable[Guest], own_addresses: frozenset[str], known_names: Mapping[str, str]
) -> Guests:
    """Sort the guests of one interview, each mailbox once, in the order of the invitation.

    `own_addresses` are the candidate's; `known_names` are names by folded address from the headers
    of the mail that carried the invitation.
    """
    own = {addresses.same_mailbox(address) for address in own_addresses}
    people: list[Person] = []
    left_out: list[tuple[str, str]] = []
    invited_as = None
    for written in _merge(guests):
        if written.address and addresses.same_mailbox(written.address) in own:
            invited_as = invited_as or written.address
            continue
        guest = _name_by_mail(written, known_names)
        reason = _find_reason_against(guest)
        if reason:
            left_out.append((guest.label, reason))
        elif guest.address is None and not read_name(guest.shown).full:
            left_out.append((guest.label, "neither a name nor an address"))
        else:
            people.append(_as_person(guest))
    return Guests(tuple(people), tuple(left_out), invited_as)


def is_no_reply(address: str) -> bool:
    """Tell whether `address` says of itself that nobody reads there."""
    bare = _bare(address)
    words = wordlists.read_table("automatic")["no_reply"]["words"]
    return bare in words or "noreply" in bare or "donotreply" in bare


def is_program_domain(domain: str) -> bool:
    """Tell whether `domain` belongs to a program that arranges, records or attends meetings."""
    return _is_below(domain, wordlists.read_table("automatic")["programs"]["domains"])


def _merge(guests: Iterable[Guest]) -> list[Guest]:
    """Make one guest of all that name the same mailbox: organisers are mostly attendees, too."""
    merged: dict[str, Guest] = {}
    for guest in guests:
        key = (
            addresses.same_mailbox(guest.address) if guest.address else f"{guest.label} {guest.uri}"
        )
        held = merged.get(key)
        if held is None:
            merged[key] = guest
            continue
        merged[key] = replace(
            held,
            shown=max(held.shown, guest.shown, key=lambda shown: (_is_name(shown), len(shown) > 0)),
            kind=held.kind or guest.kind,
            role=held.role or guest.role,
            status=_better_status(held.status, guest.status),
            delegated_to=held.delegated_to or guest.delegated_to,
            is_organiser=held.is_organiser or guest.is_organiser,
        )
    return list(merged.values())


def _better_status(one: str, other: str) -> str:
    """Return the answer that counts of two: who declined one talk may have been at another."""
    if one and other and one in _ABSENT:
        return other
    return one or other


def _name_by_mail(guest: Guest, known_names: Mapping[str, str]) -> Guest:
    """Take the name from the headers of the mail where the calendar shows only the address."""
    known = known_names.get((guest.address or "").casefold())
    return replace(guest, shown=known) if known and not _is_name(guest.shown) else guest


def _is_name(shown: str) -> bool:
    return bool(shown) and "@" not in shown


def _find_reason_against(guest: Guest) -> str | None:
    """Return why `guest` is left out: no person, or one who certainly was not there."""
    local, _, domain = (guest.address or guest.uri).casefold().rpartition("@")
    if guest.kind in {"ROOM", "RESOURCE"}:
        return "a room or a thing"
    if _is_room(f"{guest.shown} {local}".casefold(), domain):
        return "reads like a room"
    if guest.kind == "GROUP" or _is_list(local, domain):
        return "a list or a group"
    if guest.role == "NON-PARTICIPANT":
        return "only informed, not taking part"
    if guest.status == "DECLINED":
        return "declined"
    if guest.status == "DELEGATED":
        return "sent somebody else instead"
    return None


def _is_room(named: str, domain: str) -> bool:
    rooms = wordlists.read_table("automatic")["rooms"]
    words = " ".join(re.findall(r"[^\W_]+", named))
    has_phrase = any(f" {phrase} " in f" {words} " for phrase in rooms["phrases"])
    return has_phrase or _is_below(domain, rooms["domains"])


def _is_list(local: str, domain: str) -> bool:
    lists = wordlists.read_table("automatic")["lists"]
    if _is_below(domain, lists["domains"]) or domain.startswith(tuple(lists["hosts"])):
        return True
    words = re.findall(r"[^\W_]+", local)
    return bool(words) and (words[0] in lists["words"] or words[-1] in lists["words"])


def _as_person(guest: Guest) -> Person:
    name = read_name(guest.shown, guest.address)
    reasons = _find_doubts(guest, name)
    notes = [*reasons]
    if guest.role == "OPT-PARTICIPANT":
        notes.append("optional")
    if guest.address is None:
        notes.append("no address")
    if name.note:
        notes.append(
            f"name {name.note}" if name.note.startswith(("guessed", "shortened")) else name.note
        )
    return Person(
        name=name.full or guest.address or guest.uri,
        address=guest.address,
        is_met=False if reasons else None,
        given_name=name.given,
        family_name=name.family,
        title=name.title,
        form_of_address=name.form_of_address,
        note="; ".join(notes) or None,
    )


def _find_doubts(guest: Guest, name: Name) -> list[str]:
    """Return why this one starts unticked."""
    doubts = []
    if guest.is_organiser:
        doubts.append(ORGANISER)
    if guest.address and is_no_reply(guest.address):
        doubts.append("no-reply address")
    elif guest.address and _is_of_program(guest.address):
        doubts.append("a program that arranges meetings")
    elif not name.is_person or (guest.address and _is_shared(guest.address)):
        doubts.append("shared mailbox")
    return doubts


def _is_of_program(address: str) -> bool:
    """Tell a program from a person who works at the company that makes it."""
    local, _, domain = address.casefold().rpartition("@")
    is_person = re.fullmatch(r"[^\W\d_]{2,}[._-][^\W\d_]{2,}", local) is not None
    return is_program_domain(domain) and not is_person


def _is_shared(address: str) -> bool:
    return _bare(address) in wordlists.read_table("automatic")["shared"]["words"]


def _bare(address: str) -> str:
    """Return the letters before the @, without a "+tag"."""
    return re.sub(r"[^a-z]", "", address.casefold().rpartition("@")[0].split("+")[0])


def _is_below(domain: str, above: Iterable[str]) -> bool:
    return any(domain == one or domain.endswith(f".{one}") for one in above)

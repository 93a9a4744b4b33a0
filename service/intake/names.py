"""Reads a display name as a calendar shows it into the name that a greeting may use.

"Krüger, Sabine (HR)" is Sabine Krüger. Nothing is invented: parts that cannot be told apart stay
None, a name in a script without capitals stays as it is, and a name taken from an address says so
in `note`.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, NamedTuple

from service.intake import wordlists

_BRACKETS = re.compile(r"\s*[(\[{<][^)\]}>]*[)\]}>]\s*")
_CUT = re.compile(r"\s+(?:\||[-\u2013\u2014\u2022\u00b7@]|via|bei|at|c/o)\s+", re.IGNORECASE)
_QUOTES = "\"'` \u2018\u2019\u201c\u201d\u201e\u00ab\u00bb"
_JOINERS = frozenset("\u200c\u200d")
_LOTUS_PART = re.compile(r"^(?:cn|ou|o|c)=", re.IGNORECASE)
_OUTSIDER = re.compile(r"^(?:ext|extern|external)[_.\-](?=\w{2})", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
_DEGREE = re.compile(r"(?:med|jur|phil|rer|nat|habil|h\.c|ing|oec|pol)")
_HALF_SHOUTED = re.compile(r"Mc[A-Z]{2,}")
_LOCAL_PARTS = re.compile(r"[._]")
_SHORTENED = "shortened from what the calendar shows"
_CONNECTORS = frozenset({"y", "e", "i"})
_MOST_PARTS = 7
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart. `full` is empty when there is none; `note` says what was guessed."""

    full: str
    given: str | None = None
    family: str | None = None
    title: str | None = None
    note: str | None = None
    form_of_address: str | None = None
    is_person: bool = True
    """False for what reads like a team or a mailbox ("Talent Acquisition")."""


class _Titled(NamedTuple):
    title: str | None
    form: str | None
    rest: list[str]


def read_name(display: str, address: str | None = None) -> Name:
    """Return the name that `display` holds; where it holds only the address, a guess from that."""
    shown, cut = _unwrap(display)
    if not shown or _ADDRESS.fullmatch(shown) or "@" in shown:
        return _guess_from_address(address or (shown if "@" in shown else None))
    words, family_words, more = _order(shown)
    cut = _join(cut, more)
    if not _reads_like_a_person([*words, *family_words]):
        return Name(shown, note=_join(cut, "reads like a team or a mailbox"), is_person=False)
    titles = _take_titles(words)
    family_titles = _take_titles(family_words)
    title = titles.title or family_titles.title
    form = titles.form or family_titles.form
    words, family_words = titles.rest, family_titles.rest
    if not words and not family_words:
        return _guess_from_address(address)
    if not family_words:
        is_family = len(words) == 1 and bool(title or form)
        words, family_words = ([], words) if is_family else _divide(words)
    given, family = _mend_case(words), _mend_family(family_words)
    full = " ".join([*given, *family])
    if _is_order_unclear(words, family_words):
        return Name(full, None, None, title, cut, form)
    family_name = " ".join(family) if len("".join(family).strip(".")) > 1 else None
    return Name(full, _first(given), family_name, title, cut, form)


def tidy(text: str) -> str:
    """Return `text` on one line, composed, without control and format characters and surrogates.

    Joiners stay: Persian and Hindi names are misspelt without them.
    """
    kept = (
        " " if unicodedata.category(ch) in {"Cc", "Zl", "Zp", "Zs"} else ch
        for ch in unicodedata.normalize("NFC", text)
        if ch in _JOINERS or unicodedata.category(ch) not in {"Cf", "Cs", "Co", "Cn"}
    )
    return " ".join("".join(kept).split())


def _words(table: str) -> frozenset[str]:
    section: dict[str, Any] = wordlists.read_table("names")[table]
    return frozenset(section.get("words", section))


def _fold(word: str) -> str:
    return word.casefold().strip(".,;:")


def _unwrap(display: str) -> tuple[str, str | None]:
    """Take off quotes, brackets, "mailto:", pictures and what names the company."""
    shown = tidy(display).removeprefix("mailto:").removeprefix("MAILTO:").strip()
    shown = "".join(ch for ch in shown if unicodedata.category(ch) not in {"So", "Sk"}).strip()
    shown = shown.strip(_QUOTES)
    if "@" in shown and " " not in shown:
        return shown.strip("<>[]()"), None
    bare = " ".join(_BRACKETS.sub(" ", shown).split()).strip(_QUOTES)
    bare = _CUT.split(bare)[0] if _CUT.search(bare) else bare
    if "/" in bare:  # Lotus Notes: "Jane Doe/Sales/Example", "CN=Jane Doe/O=Example"
        parts = [part for part in bare.split("/") if part.strip()]
        bare = _LOTUS_PART.sub("", parts[0].strip()) if parts else ""
        if len(parts) > 1 and _LOTUS_PART.match(parts[0].strip()) and "cn=" not in parts[0].lower():
            bare = ""  # an X.500 address: it names the company first
    removed = shown != bare
    return bare.strip(" ,;-"), _SHORTENED if removed else None


def _reads_like_a_person(words: list[str]) -> bool:
    if not any(ch.isalpha() for word in words for ch in word) or len("".join(words)) > _LONGEST:
        return False
    return len(words) <= _MOST_PARTS and not {_fold(w) for w in words} & _words("not_a_person")


def _order(shown: str) -> tuple[list[str], list[str], str | None]:
    """Split into the words before the family name, the family name where it is certain, a note."""
    parts = [part.strip() for part in shown.split(",") if part.strip()]
    kept = [part for part in parts if not _is_all_in(part, "suffixes")]
    is_cut = len(kept) != len(parts)
    companies = [
        part
        for part in kept
        if " " in part and any(_fold(w) in _words("companies") for w in part.split())
    ]
    if companies and len(companies) < len(kept):
        kept, is_cut = [part for part in kept if part not in companies], True
    if len(kept) > 2 and _is_all_in(kept[2], "generations"):
        kept[:1], kept[2:3] = [f"{kept[0]} {kept[2]}"], []
    note = _SHORTENED if is_cut or len(kept) > 2 else None
    if not kept:
        return [], [], note
    if len(kept) == 1:
        words = kept[0].split()
        while len(words) > 1 and _is_suffix(words[-1]):
            words.pop()
        return words, [], note
    family, given = kept[0].split(), kept[1].split()
    if _is_all_in(kept[1], "generations"):
        return [*family, *given], [], note
    while given and _fold(given[-1]) in _words("generations"):
        family.append(given.pop())
    while len(given) > 1 and _fold(given[-1]) in _words("particles") and given[-1].islower():
        family.insert(0, given.pop())  # "Berg, Jan van der"
    return given, family, note


def _is_all_in(part: str, table: str) -> bool:
    return all(_fold(word) in _words(table) for word in part.split())


def _is_suffix(word: str) -> bool:
    """Tell "PhD" and "MA" from the name Ma."""
    return _fold(word) in _words("suffixes") and not word.islower() and not word.istitle()


def _take_titles(words: list[str]) -> _Titled:
    """Take "Prof. Dr." and "Frau" off the front."""
    titles: dict[str, str] = wordlists.read_table("names")["titles"]
    forms: dict[str, str] = wordlists.read_table("names")["forms_of_address"]
    found: list[str] = []
    form: str | None = None
    rest = list(words)
    while rest:
        word = _fold(rest[0])
        is_marked = rest[0].endswith(".") or word in _words("bare_titles")
        if word in titles and is_marked:
            found.append(titles[word])
        elif word in forms and is_marked:
            form = form or forms[word] or None
        elif found and _DEGREE.fullmatch(word):
            found.append(f"{word}.")
        else:
            break
        rest.pop(0)
    return _Titled(" ".join(found) or None, form, [_OUTSIDER.sub("", word) for word in rest])


def _divide(words: list[str]) -> tuple[list[str], list[str]]:
    """Part given and family name where something tells them apart, else leave all together."""
    particles = _words("particles")
    capitals = [w.isupper() and len(w.strip(".")) > 1 and w.isalpha() for w in words]
    if not all(capitals) and capitals[-1] and len(words[-1]) > 2:
        start = next(n for n in range(len(words)) if all(capitals[n:]))
        return words[:start], words[start:]  # French style: Clara MOREL
    count = next(n for n in range(len(words) + 1) if not all(capitals[: n + 1]) or n == len(words))
    if 0 < count < len(words) and not any(capitals[count:]) and (count > 1 or len(words[0]) > 3):
        return words[count:], words[:count]  # MOREL Clara
    for n, word in enumerate(words[1:-1], start=1):
        if _fold(word) in _CONNECTORS:
            return words[: n - 1], words[n - 1 :]  # José García y Vega
        if _fold(word) in particles:
            return words[:n], words[n:]
    core = list(words)
    tail: list[str] = []
    while len(core) > 2 and _fold(core[-1]) in _words("generations"):
        tail.insert(0, core.pop())
    middles = core[1:-1]
    if len(core) >= 2 and all(len(m.strip(".")) == 1 for m in middles):
        return core[:-1], [core[-1], *tail]
    return words, []


def _is_order_unclear(given: list[str], family: list[str]) -> bool:
    """Tell whether a name may well stand family name first, or in a script that does."""
    if not given or not family:
        return not family
    if not all(ch.isascii() or "LATIN" in unicodedata.name(ch, "") for w in given for ch in w):
        return True
    first = "".join(
        ch for ch in unicodedata.normalize("NFKD", given[0]) if not unicodedata.combining(ch)
    )
    is_marked = any(w.isupper() and len(w) > 2 for w in family) or len(given) > 1
    return not is_marked and first.casefold() in _words("family_first")


def _mend_case(words: list[str]) -> list[str]:
    """Write KRÜGER and krüger as Krüger; leave every name alone that has both."""
    return [_mend_word(word, can_be_particle=n > 0) for n, word in enumerate(words)]


def _mend_family(words: list[str]) -> list[str]:
    """Write VAN DER BERG as van der Berg."""
    return [_mend_word(word, can_be_particle=n < len(words) - 1) for n, word in enumerate(words)]


def _mend_word(word: str, *, can_be_particle: bool) -> str:
    if _fold(word) in {"ii", "iii", "iv"}:
        return word.upper()
    is_shouted = word.isupper() and len(word.strip(".")) > (1 if can_be_particle else 2)
    is_whispered = word.islower() and len(word.strip(".")) > 1
    if _HALF_SHOUTED.fullmatch(word):
        return f"{word[:2]}{word[2:].capitalize()}"
    if not (is_shouted or is_whispered):
        return word
    lowered = word.lower()
    if lowered in _words("particles") and can_be_particle:
        return lowered
    pieces = re.split(r"([-'\u2019])", lowered) if is_shouted or "'" not in lowered else [lowered]
    risen = "".join(piece[:1].upper() + piece[1:] for piece in pieces)
    return re.sub(r"^Mc(\w)", lambda found: f"Mc{found[1].upper()}", risen)


def _first(given: list[str]) -> str | None:
    """Return the given name without middle initials ("John Q." is John)."""
    return " ".join(word for word in given if len(word.strip(".")) > 1) or None


def _guess_from_address(address: str | None) -> Name:
    """Propose "Marisol Duarte" for marisol.duarte@…; anything less plain is no name."""
    if address is None or "@" not in address:
        return Name("", note="no name was given")
    local = address.split("@")[0].split("+")[0]
    parts = [part for part in _LOCAL_PARTS.split(local) if part]
    is_plain = len(parts) == 2 and all(
        len(p) > 1 and all(ch.isalpha() or ch == "-" for ch in p) for p in parts
    )
    if not is_plain or {p.casefold() for p in parts} & _words("not_a_person"):
        return Name("", note="no name was given")
    given, family = _mend_case([parts[0].lower(), parts[1].lower()])
    return Name(f"{given} {family}", given, family, note="guessed from the address")


def _join(*notes: str | None) -> str | None:
    return "; ".join(dict.fromkeys(note for note in notes if note)) or None

"""The rules about a mail's frame: subject, size, gaps, layout, and what is not part of the text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.writing import anatomy
from service.writing.checks.letter import Hit, Letter
from service.writing.checks.rule import Rule
from service.writing.checks.wording import (
    find_marks,
    find_phrases,
    is_subject_ours,
    pattern_of,
)
from service.writing.checks.words import load_common
from service.writing.findings import Severity, Where

LEAST_WORDS = 5
LEAST_CHARACTERS = 20
"""Of a script without spaces: a bare "thank you" has fewer."""
LONGEST_SUBJECT = 60
"""In characters; a phone shows about so many."""
DENSE_WORDS = 80
MOST_LINKS = 1
ADDRESS_LINES = 8
"""A letter's head is no longer."""
ADDRESS_LINE_WORDS = 10

_BREAK = re.compile(r"\n[ \t]*\n|\n(?=[ \t]*(?:[-*\u2022\u2013\u30fb]|\d{1,2}[.)])[ \t])")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_OUTER = " \t.,:;!?\u2026\"'\u00a1\u00bf\uff01\uff1f\u3002\u3001-\u2013\u2014*"


@dataclass(frozen=True, slots=True)
class Length:
    """How long a mail is, counted as its script is, and how long it should be."""

    count: int
    unit: str
    least: int
    most: int
    aim: str

    @property
    def details(self) -> dict[str, str]:
        """What a message may say of it."""
        return {"count": str(self.count), "unit": self.unit, "aim": self.aim}


def measure(text: str) -> Length:
    """Count words, or characters where most of a text is in a script without spaces."""
    solid = "".join(text.split())
    if 2 * len(_WIDE.findall(solid)) > len(solid):
        return Length(len(solid), "characters", least=70, most=300, aim="100 to 250")
    return Length(anatomy.count_words(text), "words", least=35, most=150, aim="60 to 120")


def empty_subject(letter: Letter) -> Iterator[Hit]:
    """Find a blank subject."""
    if not letter.subject.strip():
        yield Hit(where=Where.SUBJECT)


def empty_body(letter: Letter) -> Iterator[Hit]:
    """Find a body of next to no words."""
    length = measure(letter.body)
    if length.count < (LEAST_WORDS if length.unit == "words" else LEAST_CHARACTERS):
        yield Hit()


def placeholder_left(letter: Letter) -> Iterator[Hit]:
    """Find the gaps of a template, except in what the user typed as a name."""
    yield from find_phrases(letter, "bracket-left")
    yield from find_marks(letter, "placeholder-left")


def too_long(letter: Letter) -> Iterator[Hit]:
    """Find a mail, or a note to pass on, that nobody reads to its end."""
    for part in letter.parts:
        length = measure(part.text)
        if length.unit == "characters":
            # The block of house and name, and that of one's own address, are read at a glance.
            length = measure(_leave_out_blocks(part.text))
        if length.count > length.most:
            yield Hit(part.place, details=length.details)


def too_short(letter: Letter) -> Iterator[Hit]:
    """Find a mail, or a note to pass on, that says too little. What asks for that may be brief."""
    for part in letter.notes:
        length = measure(part.text)
        if length.count < length.least:
            yield Hit(part.place, details=length.details)


def vague_subject(letter: Letter) -> Iterator[Hit]:
    """Find a subject that could stand above any mail."""
    subject = letter.subject.strip(_OUTER)
    pattern = pattern_of(letter, "vague-subject")
    if subject and is_subject_ours(letter) and pattern is not None and pattern.is_whole(subject):
        start = letter.subject.index(subject)
        yield Hit((start, start + len(subject)), Where.SUBJECT, {"found": subject})


def fake_reply(letter: Letter) -> Iterator[Hit]:
    """Find the mark of a reply or a forwarded mail where there is no thread."""
    match = load_common()["fake-reply"].find.match(letter.subject)
    if match and letter.reader.thread is None and not letter.is_known(Where.SUBJECT, *match.span()):
        yield Hit(match.span(), Where.SUBJECT, {"found": match.group().strip()})


def long_subject(letter: Letter) -> Iterator[Hit]:
    """Find a subject that a phone cuts off."""
    length = len(letter.subject.strip())
    if length > LONGEST_SUBJECT and is_subject_ours(letter):
        place = (LONGEST_SUBJECT, len(letter.subject))
        yield Hit(place, Where.SUBJECT, {"count": str(length)})


def dense_paragraph(letter: Letter) -> Iterator[Hit]:
    """Find a paragraph that looks like work."""
    start = 0
    for gap in (*_BREAK.finditer(letter.body), None):
        end = gap.start() if gap else len(letter.body)
        count = anatomy.count_words(letter.body[start:end])
        if count > DENSE_WORDS:
            yield Hit((start, end), details={"count": str(count)})
        start = gap.end() if gap else end


def letter_layout(letter: Letter) -> Iterator[Hit]:
    """Find a postal address above the text."""
    pattern = pattern_of(letter, "street")
    lines = re.finditer(r"\S[^\n]*", letter.body)
    for _, line in zip(range(ADDRESS_LINES), lines, strict=False):
        if anatomy.count_words(line.group()) > ADDRESS_LINE_WORDS or pattern is None:
            return
        if pattern.is_in(line.group()):
            yield Hit((line.start(), line.start() + len(line.group().rstrip())))
            return


def device_signature(letter: Letter) -> Iterator[Hit]:
    """Find the line that a telephone or a mail program adds."""
    yield from find_marks(letter, "device-signature")


def links(letter: Letter) -> Iterator[Hit]:
    """Find a second link, and one that hides where it leads or counts who follows it."""
    seen: set[str] = set()
    for hit in find_marks(letter, "links"):
        seen.add(hit.details["found"].rstrip("/.,;:!?)").casefold())
        if len(seen) > MOST_LINKS:
            yield hit
            return
    yield from find_marks(letter, "short-links")


def more_than_one_recipient(letter: Letter) -> Iterator[Hit]:
    """Find others who would get the mail, too."""
    others = letter.circumstances.more_recipients
    if others:
        yield Hit(details={"addresses": ", ".join(others)})


def missing_attachment(letter: Letter) -> Iterator[Hit]:
    """Find words about an attachment: a follow-up never has one."""
    yield from find_phrases(letter, "attachment")


def _leave_out_blocks(text: str) -> str:
    """Return the paragraphs of a text without those at its ends that have no sentence in them."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    for end in (0, -1):
        if len(paragraphs) > 1 and not re.search(r"[\u3002\uff01\uff1f!?]", paragraphs[end]):
            del paragraphs[end]
    return "\n\n".join(paragraphs)


EMPTY_BODY = Rule("empty-body", Severity.ERROR, empty_body)
"""Where this one holds, the others have nothing to look at."""

RULES = (
    Rule("empty-subject", Severity.ERROR, empty_subject),
    Rule("placeholder-left", Severity.ERROR, placeholder_left),
    Rule("more-than-one-recipient", Severity.ERROR, more_than_one_recipient),
    Rule("missing-attachment", Severity.ERROR, missing_attachment),
    Rule("too-long", Severity.WARNING, too_long),
    Rule("too-short", Severity.WARNING, too_short),
    Rule("vague-subject", Severity.WARNING, vague_subject),
    Rule("fake-reply", Severity.WARNING, fake_reply),
    Rule("device-signature", Severity.WARNING, device_signature),
    Rule("links", Severity.WARNING, links),
    Rule("long-subject", Severity.HINT, long_subject),
    Rule("dense-paragraph", Severity.HINT, dense_paragraph),
    Rule("letter-layout", Severity.HINT, letter_layout),
)

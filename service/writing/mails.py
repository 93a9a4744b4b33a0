"""One mail to one reader: their own note, or a frame with notes to pass on.

A note that is passed on is complete in itself and stands under a line that says for whom it is.
A person's own full text takes the place of their note and stays as it is.
"""

from collections.abc import Mapping

from service.records import Person, Text
from service.writing import names, notes, ways
from service.writing.notes import Occasion, Telling
from service.writing.readers import Form, Reading, own_body
from service.writing.replies import reply_subject
from service.writing.shares import Share

Words = tuple[str, ...]


def write_mail(occasion: Occasion, reading: Reading, dealt: Mapping[Person, Share]) -> Text:
    """Write the mail of this reading; `dealt` holds the reasons for everybody without own text."""
    subject = compose_subject(occasion, reading)
    if reading.is_users_own:
        return Text(subject, own_body(reading.reader))
    if reading.form is Form.AGENCY:
        top, said = _write_to_agency(occasion, reading)
    elif reading.reader in reading.about:
        top, said = _write_note(occasion, reading, dealt)
    else:
        top, said = _write_to_carrier(occasion, reading), ()
    blocks, said_in_blocks = _write_blocks(occasion, reading, dealt)
    return Text(subject, _lay_out(*top, *blocks), (*said, *said_in_blocks))


def compose_subject(occasion: Occasion, reading: Reading) -> str:
    """Return the subject for this reading: their thread's, the user's own, else a variant."""
    reader = reading.reader
    if reader.thread is not None:
        return reply_subject(reader.thread.subject)
    if reader.subject and reader.subject.strip():
        return reader.subject
    telling = Telling(occasion, reader)
    if reading.form is Form.AGENCY:
        frame = telling.phrases.agency
    elif reader in reading.about:
        own = telling.phrases.own
        return telling.say_subject(own.subjects, own.subjects_without_role)
    else:
        frame = telling.phrases.colleague
    return telling.say_subject(frame.subjects, frame.subjects_without_role)


def _write_note(
    occasion: Occasion, reading: Reading, dealt: Mapping[Person, Share]
) -> tuple[Words, Words]:
    """Write the reader's own note; who passes others on is asked before the sign-off."""
    reader, telling = reading.reader, Telling(occasion, reading.reader)
    request: Words = ()
    if reading.passed_on:
        colleague = telling.phrases.colleague
        request = (_ask(telling, reading, colleague.request_one, colleague.request_many),)
    if own_body(reader):
        return (own_body(reader), *request), ()
    note = ways.write_unlike(telling, dealt[reader])
    sign_off = notes.sign_off(telling, has_signature=True)
    return (note.salutation, *note.paragraphs, *request, sign_off), note.said


def _write_to_agency(occasion: Occasion, reading: Reading) -> tuple[Words, Words]:
    telling = Telling(occasion, reading.reader)
    frame = telling.phrases.agency
    thanks = notes.join(telling, telling.say(frame.thanks), notes.place_line(telling))
    paragraphs = (
        notes.greet(telling),
        thanks,
        _ask(telling, reading, frame.request_one, frame.request_many),
        telling.say(frame.closings),
        notes.sign_off(telling, has_signature=True),
    )
    return paragraphs, notes.line_of(reading.reader)


def _write_to_carrier(occasion: Occasion, reading: Reading) -> Words:
    """To somebody who was not met and only passes on."""
    telling = Telling(occasion, reading.reader)
    frame = telling.phrases.colleague
    return (
        notes.greet(telling),
        _ask(telling, reading, frame.openings_one, frame.openings_many),
        telling.say(frame.closings),
        notes.sign_off(telling, has_signature=True),
    )


def _ask(telling: Telling, reading: Reading, one: Words, many: Words) -> str:
    """Ask to pass on, naming everybody."""
    words = telling.phrases.names
    listed = names.list_names([person.name for person in reading.passed_on], words)
    return telling.say(one if len(reading.passed_on) == 1 else many, names=listed)


def _write_blocks(
    occasion: Occasion, reading: Reading, dealt: Mapping[Person, Share]
) -> tuple[Words, Words]:
    """One block for each person who is reached through the reader."""
    paragraphs: list[str] = []
    said: list[str] = []
    heading = Telling(occasion, reading.reader).phrases.heading
    for person in reading.passed_on:
        paragraphs.append(heading.format(name=person.name))
        if own_body(person):
            paragraphs.append(own_body(person).strip("\n"))
            continue
        telling = Telling(occasion, person, is_dated=True)
        note = ways.write_unlike(telling, dealt[person])
        sign_off = notes.sign_off(telling, has_signature=False)
        paragraphs += (note.salutation, *note.paragraphs, sign_off)
        said += note.said
    return tuple(paragraphs), tuple(said)


def _lay_out(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs)

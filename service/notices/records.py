"""What a matter is that the user must hear of, and what one telling says."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that needs the user, or that they should know.

    `key` is unique for ever in the database: a matter is told once per key. `subject` is one line
    without a word of a mail in it; `message` is plain text: what is so, and the commands that help.
    """

    key: str
    candidate_id: int
    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class Note:
    """What one telling says, of one matter or of several.

    `brief` stands in place of `body` where there is room for a few lines only.
    """

    subject: str
    body: str = field(repr=False)
    brief: str = field(repr=False)


def compose(matters: Sequence[Matter], page: str | None = None) -> Note:
    """Return one note that holds all of them, and says from the first word whose it is.

    `page` is where the same can be done without a command, from wherever the note is read.
    """
    also = f"\n\nOr on the page: {page}" if page else ""
    if len(matters) == 1:
        (matter,) = matters
        return Note(f"Call Back: {matter.subject}", matter.message + also, matter.message)
    subjects = [f"- {matter.subject}" for matter in matters]
    details = [f"{matter.subject}\n\n{matter.message}" for matter in matters]
    return Note(
        f"Call Back: {len(matters)} things for you",
        "\n\n\n".join(["\n".join(subjects), *details]) + also,
        "\n".join([*subjects, "callback list"]),
    )

"""What a salutation is made of, whatever the language."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from service.writing.checks.greeting.own_names import OwnNames
from service.writing.checks.greeting.vocabulary import Vocabulary


class Kind(Enum):
    """What a word does in a salutation."""

    GREETING = auto()
    """It greets: "Dear", "Guten Tag"."""
    TITLE = auto()
    """It stands beside a name: "Ms", "Prof.", "様"."""
    GROUP = auto()
    """It means nobody in particular: "team", "Damen"."""
    HOUSE = auto()
    """It belongs to the name of the company or the role."""
    JOINING = auto()
    """It stands within a name or between two: "van", "and"."""
    NAME = auto()
    """It is somebody's name, or must be taken for one."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word, where it begins in the body, and its folded letters."""

    text: str
    start: int
    key: str
    kind: Kind

    @property
    def end(self) -> int:
        """Where it ends in the body."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Salutation:
    """The words with which a mail greets.

    `vocabulary` is of the language in which it greets; `is_greeting_known` tells that from one
    that begins with the title or the name, as in any language.
    """

    words: tuple[Word, ...]
    vocabulary: Vocabulary
    is_greeting_known: bool = True

    @property
    def start(self) -> int:
        """Where it begins in the body."""
        return self.words[0].start

    @property
    def end(self) -> int:
        """Where its last word ends in the body."""
        return self.words[-1].end

    @property
    def names(self) -> tuple[Word, ...]:
        """The words that are names."""
        return tuple(word for word in self.words if word.kind is Kind.NAME)

    def has(self, kind: Kind) -> bool:
        """Tell whether it has a word of this kind."""
        return any(word.kind is kind for word in self.words)

    def is_form(self, word: Word) -> bool:
        """Tell whether a word is a form of address: "Ms", "Frau"."""
        return word.kind is Kind.TITLE and any(
            word.key in keys for keys in self.vocabulary.forms.values()
        )

    def said_by_forms(self) -> Iterator[tuple[Word, str]]:
        """Yield the words that tell how the person is addressed, with what they say.

        A greeting may tell it, too: "Estimada".
        """
        for word in self.words:
            for said, keys in self.vocabulary.forms.items():
                if word.kind in (Kind.TITLE, Kind.GREETING) and word.key in keys:
                    yield word, said


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a salutation may name: its reader, and who could be there by mistake.

    `titles` are the words of the title and form that were noted for the reader, `house` those of
    company and role; as keys.
    """

    names: OwnNames
    others: tuple[OwnNames, ...]
    titles: frozenset[str]
    house: frozenset[str]

    def is_another(self, word: str) -> bool:
        """Tell whether the word is the name of another person, and not also the reader's."""
        is_theirs = any(other.is_comparable(word) and other.has(word) for other in self.others)
        return is_theirs and not self.names.is_called(word)

    def is_somebody(self, word: str) -> bool:
        """Tell whether the word is a name that was noted, or a slip away from the reader's."""
        if self.names.is_comparable(word) and (self.names.has(word) or self.names.near(word)):
            return True
        return self.is_another(word)

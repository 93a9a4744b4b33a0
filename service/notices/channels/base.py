"""What every way to reach the user does."""

from abc import ABC, abstractmethod

from service.notices.records import Note


class Channel(ABC):
    """One way to reach the user. `name` is what they know it by, and holds no secret."""

    name: str

    @abstractmethod
    def look(self) -> None:
        """Find out, without telling anything, whether it can reach the user.

        Raises:
            NotTold: it cannot; why not, and what to do about it.

        """

    @abstractmethod
    def tell(self, note: Note) -> None:
        """Have it told; nothing is returned once it was taken.

        Raises:
            NotTold: it was not taken, or it is not known whether it was.

        """

"""Where the page is: what to listen on, and under which addresses browsers know it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from service.config import Web
from service.errors import BadConfiguration

ANSWER_PATH = "/sign-in"
"""Where a sign-in's answer arrives on a page that is reached from elsewhere."""

_LOOPBACK = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen, and under which addresses browsers know that."""

    hosts: tuple[str, ...]
    port: int
    origins: tuple[str, ...]

    @property
    def url(self) -> str:
        """The address to open."""
        return f"{self.origins[0]}/"

    @property
    def is_here(self) -> bool:
        """Whether this computer alone reaches it."""
        return self.hosts == _LOOPBACK

    @property
    def is_secure(self) -> bool:
        """Whether browsers come over TLS, be it ended here or at a proxy."""
        return all(origin.startswith("https://") for origin in self.origins)


def find_place(settings: Web) -> Place:
    """Return where the settings ask to listen.

    Raises:
        BadConfiguration: beyond this computer, and without TLS or a declared proxy, or under an
            address that is not the whole of a site.

    """
    if settings.host is None:
        names = ("localhost", "127.0.0.1", "[::1]")
        own = tuple(f"http://{name}:{settings.port}" for name in names)
        return Place(_LOOPBACK, settings.port, own)
    if settings.public_url is None or not (settings.tls_cert or settings.proxy):
        raise BadConfiguration(
            f"[web] host = {settings.host!r} listens beyond this computer, without protection.",
            "Set [web] public_url, and tls_cert with tls_key or the address of your proxy.",
        )
    origin = settings.public_url.rstrip("/")
    address = urlsplit(origin)
    if address.scheme != "https" or not address.hostname or address.path or address.query:
        raise BadConfiguration(
            f"[web] public_url = {settings.public_url!r} is no address of a page of its own.",
            'It begins with https:// and has no path: public_url = "https://callback.example".',
        )
    return Place((settings.host,), settings.port, (origin.lower(),))

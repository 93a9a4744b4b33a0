"""The page where other computers reach it: over TLS of its own, or behind a declared proxy."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from service.config import Web
from service.errors import BadConfiguration
from service.web import entering
from service.web.places import find_place
from tests.loopback.server import Authority
from tests.web.conftest import come_in
from tests.web.house import House, opened

PUBLIC = "https://callback.example"


@pytest.fixture
def with_tls(tmp_path: Path, stranger: requests.Session) -> Iterator[House]:
    """Serve the page over TLS, to a client that trusts its certificate."""
    authority = Authority(tmp_path / "ca")
    certificate, key = authority.write_certificate(tmp_path)
    stranger.verify = str(authority.ca_bundle)

    def serve(port: int) -> Web:
        public = f"https://localhost:{port}"
        return Web(port, "127.0.0.1", public, tls_cert=certificate, tls_key=key)

    with opened(tmp_path / "data", serve=serve) as house:
        yield house
        # First: asyncio lets go of a TLS connection only when its other end has answered.
        stranger.close()


@pytest.fixture
def proxy() -> str:
    """Return the declared proxy: the one that a test's requests come from."""
    return "127.0.0.1"


@pytest.fixture
def behind_proxy(
    tmp_path: Path, stranger: requests.Session, proxy: str
) -> Iterator[tuple[House, str]]:
    """Serve the page behind a proxy; also return the address at which the proxy reaches it."""
    stranger.headers["Host"] = "callback.example"

    def serve(port: int) -> Web:
        return Web(port, "127.0.0.1", PUBLIC, proxy=proxy)

    with opened(tmp_path / "data", serve=serve) as house:
        yield house, f"http://127.0.0.1:{house.server.place.port}"


class TestTls:
    """With the files of a certificate."""

    def test_serves_over_tls_alone(self, with_tls: House, stranger: requests.Session) -> None:
        """Browsers are told to come back over TLS alone; a bare connection gets nothing."""
        answer = stranger.get(f"{with_tls.url}/enter")
        assert answer.status_code == 200
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        place = with_tls.server.place
        with socket.create_connection((place.hosts[0], place.port), timeout=10) as bare:
            bare.sendall(b"GET /enter HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b"HTTP" not in bare.recv(1000)

    def test_offers_nothing_outdated(self, with_tls: House) -> None:
        """A client that knows TLS 1.1 at most is refused."""
        context = ssl.create_default_context()
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        adapter = requests.adapters.HTTPAdapter()
        adapter.init_poolmanager(1, 1, ssl_context=context)
        with requests.Session() as session, pytest.raises(requests.exceptions.SSLError):
            session.mount("https://", adapter)
            session.get(f"{with_tls.url}/enter", timeout=10)

    def test_binds_the_session_to_this_host(
        self, with_tls: House, stranger: requests.Session
    ) -> None:
        """No neighbour below the same domain can set it, and nothing sends it in the clear."""
        code = with_tls.link().partition("code=")[2]
        entered = stranger.post(f"{with_tls.url}/enter", data={"code": code}, allow_redirects=False)
        written = entered.headers["Set-Cookie"]
        assert written.startswith(f"__Host-{entering.COOKIE}=")
        assert {"HttpOnly", "SameSite=strict", "Secure", "Path=/"} <= set(written.split("; "))
        assert stranger.get(f"{with_tls.url}/mailboxes").status_code == 200

    def test_takes_the_session_by_no_other_name(
        self, with_tls: House, stranger: requests.Session
    ) -> None:
        """One that a neighbour could have set lets nobody in."""
        come_in(with_tls, stranger)
        session = stranger.cookies[f"__Host-{entering.COOKIE}"]
        stranger.cookies.clear()
        stranger.cookies.set(entering.COOKIE, session)
        assert stranger.get(f"{with_tls.url}/mailboxes").status_code == 401

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "callback.example"])
    def test_answers_to_its_public_name_alone(
        self, with_tls: House, stranger: requests.Session, host: str
    ) -> None:
        """Any other name is somebody who had it point here."""
        answer = stranger.get(f"{with_tls.url}/enter", headers={"Host": host})
        assert answer.status_code == 421

    def test_takes_forms_from_itself_alone(
        self, with_tls: House, stranger: requests.Session
    ) -> None:
        """The same name without TLS is another origin."""
        origin = with_tls.url.replace("https:", "http:")
        answer = stranger.post(f"{with_tls.url}/enter", headers={"Origin": origin})
        assert answer.status_code == 403


class TestProxy:
    """TLS ends at a proxy whose address is declared."""

    def test_cookies_are_for_tls(
        self, behind_proxy: tuple[House, str], stranger: requests.Session
    ) -> None:
        """The proxy speaks HTTP to us, with or without a word of how the browser came."""
        house, address = behind_proxy
        code = house.link().partition("code=")[2]
        entered = stranger.post(f"{address}/enter", data={"code": code}, allow_redirects=False)
        assert entered.headers["Set-Cookie"].startswith(f"__Host-{entering.COOKIE}=")
        assert "Secure" in entered.headers["Set-Cookie"].split("; ")
        assert entered.headers["Strict-Transport-Security"]

    def test_attempts_count_for_who_came_to_the_proxy(
        self, behind_proxy: tuple[House, str], stranger: requests.Session
    ) -> None:
        """Whoever guesses shuts out nobody else; an address they made up does not help."""
        _, address = behind_proxy
        tries = {
            _guess(stranger, address, f"198.51.100.{number}, 203.0.113.7")
            for number in range(entering.MOST_FAILURES)
        }
        assert tries == {401}
        assert _guess(stranger, address, "198.51.100.99, 203.0.113.7") == 429
        assert _guess(stranger, address, "203.0.113.8") == 401

    @pytest.mark.parametrize("proxy", ["192.0.2.10"])
    def test_nobody_else_says_who_came(
        self, behind_proxy: tuple[House, str], stranger: requests.Session
    ) -> None:
        """Not from the proxy: what it says of other addresses is not believed."""
        _, address = behind_proxy
        for number in range(entering.MOST_FAILURES):
            assert _guess(stranger, address, f"203.0.113.{number}") == 401
        assert _guess(stranger, address, "203.0.113.200") == 429


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (Web(host="192.0.2.1"), "without protection"),
        (Web(host="192.0.2.1", public_url=PUBLIC), "without protection"),
        (Web(host="192.0.2.1", tls_cert=Path("c.pem")), "without protection"),
        (Web(host="192.0.2.1", public_url="http://callback.example", proxy="::1"), "no address"),
        (Web(host="192.0.2.1", public_url=f"{PUBLIC}/mails", proxy="::1"), "no address"),
        (Web(host="192.0.2.1", public_url="callback.example", proxy="::1"), "no address"),
    ],
)
def test_nothing_is_served_to_others_without_protection(settings: Web, said: str) -> None:
    """Without TLS or a proxy, or at an address where browsers could not be told of TLS."""
    with pytest.raises(BadConfiguration, match=said):
        find_place(settings)


def _guess(session: requests.Session, address: str, forwarded_for: str) -> int:
    headers = {"X-Forwarded-For": forwarded_for, "X-Forwarded-Proto": "https"}
    answer = session.post(f"{address}/enter", data={"code": "wrong"}, headers=headers)
    return answer.status_code

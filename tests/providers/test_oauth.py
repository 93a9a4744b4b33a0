"""Catching the browser's answer on this computer, and reading it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
import requests

from providers import oauth
from providers.errors import SignInAgain, TryLater

WORDS = {"Mail.Send": "Send mail as you", "User.Read": "Read your profile"}
ANSWER = "code=the-secret-code&state=the-state"


def _get(url: str, **headers: str) -> requests.Response:
    """Open an address as a browser does, without this machine's proxies."""
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, headers=headers, timeout=20, allow_redirects=False)


@contextmanager
def _answered(url: str) -> Iterator[None]:
    """Open an address in another thread for as long as the block lasts."""
    thread = threading.Thread(target=_get, args=(url,))
    thread.start()
    yield
    thread.join()


class TestListen:
    """The port that waits for the answer."""

    def test_returns_the_whole_address(self) -> None:
        """What the browser ended on is what a sign-in is finished with."""
        with oauth.listen() as listener:
            url = f"{listener.redirect_uri}/?{ANSWER}"
            with _answered(url):
                assert listener.wait() == url

    def test_names_localhost_without_a_path(self) -> None:
        """Microsoft ignores the port of just this address."""
        with oauth.listen() as listener:
            parts = urlsplit(listener.redirect_uri)
            assert (parts.scheme, parts.hostname, parts.path) == ("http", "localhost", "")

    def test_takes_a_denial_for_an_answer(self) -> None:
        """A no ends the waiting, too."""
        with oauth.listen() as listener:
            url = f"{listener.redirect_uri}/?error=access_denied&state=the-state"
            with _answered(url):
                assert listener.wait(state="the-state") == url

    def test_thanks_without_showing_anything(self) -> None:
        """The page holds no code, loads nothing and is kept by nobody."""
        with oauth.listen() as listener:
            page = _get(f"{listener.redirect_uri}/?{ANSWER}")
            listener.wait()
        assert page.status_code == 200
        assert "secret" not in page.text
        assert "http" not in page.text
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")

    @pytest.mark.parametrize(
        "path",
        [
            "/favicon.ico",
            "/",
            "/?state=the-state",
            "/?code=x",
            f"/other?{ANSWER}",
            "/.well-known/appspecific/x.json",
        ],
    )
    def test_is_not_used_up_by_other_requests(self, path: str) -> None:
        """Browsers and scanners ask for more than the answer."""
        with oauth.listen() as listener:
            assert _get(listener.redirect_uri + path).status_code == 404
            url = f"{listener.redirect_uri}/?{ANSWER}"
            with _answered(url):
                assert listener.wait() == url

    def test_is_not_used_up_by_another_state(self) -> None:
        """A page elsewhere cannot end the sign-in with an answer of its own."""
        with oauth.listen() as listener:
            _get(f"{listener.redirect_uri}/?code=x&state=theirs")
            url = f"{listener.redirect_uri}/?{ANSWER}"
            with _answered(url):
                assert listener.wait(state="the-state") == url
            assert _get(f"{listener.redirect_uri}/?code=x&state=theirs").status_code == 400

    @pytest.mark.parametrize("method", ["post", "put", "head"])
    def test_takes_no_other_method(self, method: str) -> None:
        """An answer is an address that is opened."""
        with oauth.listen() as listener, requests.Session() as session:
            session.trust_env = False
            answer = session.request(method, f"{listener.redirect_uri}/?{ANSWER}", timeout=20)
            assert answer.status_code == 501

    def test_refuses_a_foreign_host(self) -> None:
        """A name that somebody points at this computer reaches nothing."""
        with oauth.listen() as listener:
            url = f"{listener.redirect_uri}/?{ANSWER}"
            assert _get(url, Host="attacker.example").status_code == 403
            with pytest.raises(SignInAgain):
                listener.wait(lambda: True)

    def test_a_silent_connection_holds_up_nothing(self) -> None:
        """Browsers open some that they never use."""
        with oauth.listen() as listener:
            port = urlsplit(listener.redirect_uri).port
            with socket.create_connection(("127.0.0.1", port or 0)):
                url = f"{listener.redirect_uri}/?{ANSWER}"
                with _answered(url):
                    assert listener.wait() == url

    def test_is_heard_on_this_computer_alone(self) -> None:
        """Only loopback is bound."""
        with oauth.listen() as listener:
            assert listener._server.server_address[0] == "127.0.0.1"

    def test_ends_when_the_time_is_over(self) -> None:
        """Nobody waits for ever for a page that was closed."""
        with oauth.listen(timeout_seconds=0) as listener:
            with pytest.raises(SignInAgain) as caught:
                listener.wait()
            assert caught.value.code == "sign-in-timed-out"

    def test_ends_when_it_is_given_up(self) -> None:
        """The caller may stop waiting at any time."""
        with oauth.listen() as listener:
            with pytest.raises(SignInAgain) as caught:
                listener.wait(lambda: True)
            assert caught.value.code == "sign-in-given-up"

    def test_names_a_port_that_is_taken(self) -> None:
        """A port of one's own choice may be in use."""
        with oauth.listen() as listener:
            port = urlsplit(listener.redirect_uri).port or 0
            with pytest.raises(TryLater) as caught, oauth.listen(port):
                pass
        assert caught.value.code == "port-taken"

    def test_frees_its_port(self) -> None:
        """The same port can be listened on again at once."""
        with oauth.listen() as listener:
            port = urlsplit(listener.redirect_uri).port or 0
            _get(f"{listener.redirect_uri}/?{ANSWER}")
        with oauth.listen(port) as again:
            assert again.redirect_uri == listener.redirect_uri


class TestReadAnswer:
    """The address on which the browser ended, caught or pasted."""

    @pytest.mark.parametrize(
        "url",
        [
            f"http://localhost:8765/?{ANSWER}",
            f"  http://localhost:8765/?{ANSWER}\n",
            f"localhost:8765/?{ANSWER}&scope=a%20b&authuser=0",
            f"http://127.0.0.1/?{ANSWER}#",
        ],
    )
    def test_reads_it_however_it_was_copied(self, url: str) -> None:
        """Blanks, a missing scheme and further parameters do no harm."""
        assert oauth.read_answer(url, "the-state")["code"] == "the-secret-code"

    @pytest.mark.parametrize("url", ["", "the-secret-code", "http://localhost:8765/", "http://[x"])
    def test_says_what_to_copy(self, url: str) -> None:
        """A part of the address is not enough."""
        with pytest.raises(SignInAgain) as caught:
            oauth.read_answer(url, "the-state")
        assert caught.value.code == "answer-incomplete"
        assert "secret" not in str(caught.value)

    @pytest.mark.parametrize("state", ["", "theirs", "\udcff", "the-stat", "ü"])
    def test_refuses_another_state(self, state: str) -> None:
        """Whatever the other one is."""
        with pytest.raises(SignInAgain) as caught:
            oauth.read_answer(f"http://localhost/?code=the-secret-code&state={state}", "the-state")
        assert caught.value.code == "state-foreign"
        assert "secret" not in str(caught.value)


class TestRequireScopes:
    """Comparing what was granted with what was asked."""

    @pytest.mark.parametrize(
        "granted",
        [
            ("User.Read", "Mail.Send"),
            ("mail.send", "user.read", "profile"),
            ("https://graph.microsoft.com/Mail.Send", "https://graph.microsoft.com/User.Read"),
        ],
    )
    def test_is_content_with_the_same_scopes(self, granted: tuple[str, ...]) -> None:
        """In any order, in any letters, with or without their full address."""
        oauth.require_scopes(WORDS, granted, WORDS, "Microsoft")

    def test_names_every_missing_one(self) -> None:
        """In the words of the consent page."""
        with pytest.raises(SignInAgain) as caught:
            oauth.require_scopes(WORDS, ("Mail.SendAll",), WORDS, "Microsoft")
        assert caught.value.code == "consent-partial"
        assert "“Send mail as you” and “Read your profile”" in caught.value.detail

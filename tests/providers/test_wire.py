"""One request on the wire, and what is known when it fails."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from providers import wire
from providers.errors import OutcomeUnknown, ProviderError, Rejected, TryLater
from providers.gmail import Gmail, GmailSettings
from providers.outlook import Outlook, OutlookSettings
from tests.loopback.google import LoopbackGoogle
from tests.loopback.server import Fault, Response, request_to
from tests.providers.bench import ADDRESS, KEY, MAIL
from tests.providers.gmail_bench import GmailBench
from tests.providers.outlook_bench import OutlookBench

ANYTHING = request_to("POST", ".*")
LONGEST_SECONDS = 10.0


@contextmanager
def _accepting(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Listen, do one thing with the first connection, and close it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def work() -> None:
            connection, _ = listening.accept()
            with connection:
                serve(connection)

        thread = threading.Thread(target=work)
        thread.start()
        yield int(listening.getsockname()[1])
        thread.join()


def _post(url: str, ca_bundle: Path, *, sends: bool = True) -> ProviderError:
    """Make a request that fails and return what that means."""
    with wire.open_session(ca_bundle, token="the-token") as session:
        with pytest.raises(requests.RequestException) as caught:
            session.post(url, data=b"x", allow_redirects=False)
        return wire.failure(caught.value, sends=sends)


class TestFailure:
    """What is certain, and what is not."""

    @pytest.mark.parametrize(
        "serve",
        [
            pytest.param(lambda _: None, id="hangs up"),
            pytest.param(lambda c: c.sendall(b"HTTP/1.1 200 OK\r\n\r\n"), id="speaks no TLS"),
        ],
    )
    def test_a_broken_handshake_sent_nothing(
        self, google: LoopbackGoogle, serve: Callable[[socket.socket], None]
    ) -> None:
        """Up to the end of the handshake no word of the mail is out."""
        with _accepting(serve) as port:
            error = _post(f"https://localhost:{port}/", google.ca_bundle)
        assert (type(error), error.code) == (TryLater, "unreachable")

    def test_a_proxy_that_refuses_sent_nothing(
        self, google: LoopbackGoogle, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A company's proxy may want a password."""

        def refuse(connection: socket.socket) -> None:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")

        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        with _accepting(refuse) as port:
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
            monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
            error = _post(google.url, google.ca_bundle)
        assert (type(error), error.code) == (TryLater, "unreachable")
        assert google.log == ()

    def test_no_answer_in_time_is_unknown(
        self, google: LoopbackGoogle, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Every request ends, whether or not the server ever answers."""
        monkeypatch.setattr(wire, "TIMEOUT_SECONDS", 0.3)
        google.faults.add(Fault(ANYTHING, "before", "hang"))
        google.faults.add(Fault(ANYTHING, "before", "hang"))
        assert type(_post(google.url, google.ca_bundle)) is OutcomeUnknown
        assert type(_post(google.url, google.ca_bundle, sends=False)) is TryLater

    @pytest.mark.parametrize("open_one", [wire.open_session, wire.open_token_session])
    def test_no_library_has_it_wait_longer(
        self,
        google: LoopbackGoogle,
        monkeypatch: pytest.MonkeyPatch,
        open_one: Callable[[Path], requests.Session],
    ) -> None:
        """google-auth asks for 120 seconds, others for none at all: the limit is ours."""
        monkeypatch.setattr(wire, "TIMEOUT_SECONDS", 0.3)
        with open_one(google.ca_bundle) as session:
            for asked in (120, None):
                google.faults.add(Fault(request_to("GET", ".*"), "before", "hang"))
                begun = time.monotonic()
                with pytest.raises((requests.RequestException, ProviderError)):
                    session.get(google.url, timeout=asked)
                assert time.monotonic() - begun < LONGEST_SECONDS

    def test_plain_http_is_not_spoken(self, tmp_path: Path) -> None:
        """A token never travels in clear, whatever the settings say."""
        gmail = Gmail(GmailSettings(tmp_path / "c.json", api_endpoint="http://localhost:9/"))
        outlook = Outlook(OutlookSettings("an-id", graph_endpoint="http://localhost:9/v1.0"))
        for provider in (gmail, outlook):
            box = provider.open("the-token", ADDRESS)
            with pytest.raises(Rejected) as caught:
                box.send(MAIL, KEY)
            box.close()
            assert caught.value.code == "endpoint-not-https"

    def test_a_missing_ca_bundle_is_named(self, tmp_path: Path) -> None:
        """The path that was looked at is said."""
        with pytest.raises(Rejected) as caught:
            wire.open_session(tmp_path / "no.pem")
        assert caught.value.code == "ca-bundle-missing"
        assert "no.pem" in caught.value.detail


class TestOneRequest:
    """One call, one request."""

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_is_not_followed(self, gmail: GmailBench, status: int) -> None:
        """No mail and no token goes to where an answer points."""
        box = gmail.open()
        draft = box.create_draft(MAIL, KEY)
        elsewhere = {"Location": f"{gmail.server.url}/elsewhere"}
        gmail.arm(gmail.sending, "before", Response(status, headers=elsewhere))
        with pytest.raises(OutcomeUnknown):
            box.send_draft(draft.id)
        box.close()
        assert gmail.sends() == 1
        assert gmail.server.requests_to("(GET|POST)", "/elsewhere") == ()

    def test_a_sign_in_server_s_redirect_is_not_followed(self, outlook: OutlookBench) -> None:
        """A refresh token goes to one address."""
        grant = outlook.sign_in()
        elsewhere = {"Location": f"{outlook.server.url}/elsewhere"}
        outlook.arm(outlook.token_path, "before", Response(307, headers=elsewhere))
        with pytest.raises(TryLater):
            outlook.provider.refresh(grant.secret)
        assert outlook.server.requests_to("POST", "/elsewhere") == ()

    def test_a_connection_that_ended_meanwhile_is_made_anew(self, gmail: GmailBench) -> None:
        """What was kept open for the next call is not trusted blindly."""
        box = gmail.open()
        draft = box.create_draft(MAIL, KEY)
        gmail.server.stop()
        gmail.server.start()
        box.send_draft(draft.id)
        box.close()
        assert gmail.sends() == 1
        assert len(gmail.mails()) == 1

    def test_no_other_credentials_take_the_token_s_place(
        self, outlook: OutlookBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A .netrc file may know the host, too."""
        netrc = tmp_path / "netrc"
        netrc.write_text("machine localhost login me password secret\n")
        netrc.chmod(0o600)
        monkeypatch.setenv("NETRC", str(netrc))
        box = outlook.open()
        box.create_draft(MAIL, KEY)
        box.close()
        kinds = {
            entry.request.headers.get("Authorization", "none").split()[0]
            for entry in outlook.server.log
        }
        assert kinds == {"none", "Bearer"}

    def test_a_ca_bundle_of_the_environment_does_not_win(
        self, gmail: GmailBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What the settings say counts."""
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "no.pem"))
        box = gmail.open()
        assert box.find_draft(KEY) is None
        box.close()


class TestTime:
    """What time it is at the other end."""

    def test_is_heard_in_every_answer(self, google: LoopbackGoogle) -> None:
        """By the header Date; before an answer, nothing was heard."""
        google.date_is_off_by = timedelta(hours=3)
        with wire.open_session(google.ca_bundle) as session:
            heard = [session.heard_at]
            session.get(f"{google.url}/")
            heard.append(session.heard_at)
        before, heard_at = heard
        assert before is None
        assert heard_at is not None
        assert abs(heard_at - datetime.now(UTC) - google.date_is_off_by) < timedelta(minutes=1)

    def test_is_asked_for_without_reading_anything(self, google: LoopbackGoogle) -> None:
        """One HEAD, whatever its status."""
        with wire.open_session(google.ca_bundle, token="the-token") as session:
            assert session.ask_time(f"{google.url}/") is not None
        assert [entry.method for entry in google.log] == ["HEAD"]

    def test_a_server_that_is_not_there_tells_none(self, google: LoopbackGoogle) -> None:
        """Nothing was asked to send: the mail waits."""
        google.stop()
        with (
            wire.open_session(google.ca_bundle) as session,
            pytest.raises(TryLater) as caught,
        ):
            session.ask_time(f"{google.url}/")
        assert caught.value.code == "unreachable"


class TestPause:
    """Reading Retry-After."""

    @pytest.mark.parametrize(
        ("header", "pause"),
        [
            ("120", {"after_seconds": 120.0}),
            (" 0 ", {"after_seconds": 0.0}),
            ("Tue, 24 Nov 2026 09:12:00 GMT", {"until": datetime(2026, 11, 24, 9, 12, tzinfo=UTC)}),
            ("-5", {}),
            ("soon", {}),
            ("", {}),
        ],
    )
    def test_is_read_in_both_forms(self, header: str, pause: dict[str, object]) -> None:
        """Seconds, or a date; anything else is nothing."""
        assert wire.pause_from({"Retry-After": header}) == pause

    def test_may_be_absent(self) -> None:
        """Most answers have none."""
        assert wire.pause_from({}) == {}

"""`callback open`: a link that lets in, and what is said when no page would answer it."""

import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import requests

from tests.web.house import House


def type_open(house: House, port: int | None = None) -> subprocess.CompletedProcess[str]:
    """Type the command where the house is, as a user would in another terminal."""
    url = house.app.settings.storage.url
    return subprocess.run(
        [sys.executable, "-m", "service", "open", "--no-browser"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={
            **os.environ,
            "CALLBACK_HOME": str(house.app.folder),
            "CALLBACK_WEB__PORT": str(port or house.server.place.port),
            **({"CALLBACK_STORAGE__URL": url} if url else {}),
        },
    )


def test_the_link_lets_in(house: House, stranger: requests.Session) -> None:
    """One browser, once."""
    typed = type_open(house)
    link = typed.stdout.strip()
    assert link.startswith(f"{house.url}/enter?code="), typed.stderr
    code = link.partition("code=")[2]
    assert stranger.post(f"{house.url}/enter", data={"code": code}).status_code == 200


def test_without_a_service_it_says_so(house: House) -> None:
    """The command that serves the page is named."""
    house.fall_silent()
    typed = type_open(house)
    assert typed.returncode == 1
    assert "callback run" in typed.stderr
    assert not typed.stdout


def test_another_program_on_the_port_is_not_taken_for_the_page(house: House) -> None:
    """A link to it would hand it a way in."""
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as other:
        Thread(target=other.serve_forever, daemon=True).start()
        typed = type_open(house, other.server_port)
        other.shutdown()
    assert typed.returncode == 1
    assert "does not answer" in typed.stderr
    assert not typed.stdout

"""The loopback Google as a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import requests

from tests.loopback.browser import visit
from tests.providers.google_client import COMPOSE, REDIRECT

KIM = "kim@example.com"


def test_process_serves_until_it_is_told_to_end(tmp_path: Path) -> None:
    """It names its address and files, has hands below /_test/, and ends on SIGTERM."""
    command = [sys.executable, "-m", "tests.loopback.google", "--print-url"]
    process = subprocess.Popen(
        [*command, "--folder", str(tmp_path), "--account", KIM],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    with process:
        try:
            assert process.stdout is not None
            _check(json.loads(process.stdout.readline()))
        finally:
            process.terminate()
    assert process.returncode == 0


def _check(told: dict[str, str]) -> None:
    """Change what the account's owner does, see it happen, and find it in the log."""
    ca_bundle = Path(told["ca_bundle"])
    hands = f"{told['url']}/_test"
    client = json.loads(Path(told["client_file"]).read_text("utf-8"))["installed"]
    parameters = {
        "client_id": client["client_id"],
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": " ".join(COMPOSE),
    }
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(ca_bundle)
        assert session.post(f"{hands}/accounts/{KIM}", json={"denies": True}, timeout=20).ok
        ended = visit(f"{client['auth_uri']}?{urlencode(parameters)}", ca_bundle)
        assert ended == f"{REDIRECT}?error=access_denied"
        assert session.get(f"{hands}/delivered", timeout=20).json() == []
        log = session.get(f"{hands}/log", timeout=20).json()
        unknown = session.post(f"{hands}/mailboxes/{KIM}", json={"typo": True}, timeout=20)
    assert [(entry["path"], entry["status"]) for entry in log] == [("/o/oauth2/auth", 302)]
    assert unknown.status_code == 400

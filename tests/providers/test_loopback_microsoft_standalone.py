"""The loopback Microsoft as a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import requests

from tests.loopback.browser import visit
from tests.providers.microsoft_client import CHALLENGE, REDIRECT

KIM = "kim@example.com"


def test_process_serves_until_it_is_told_to_end(tmp_path: Path) -> None:
    """It names its endpoints, has hands below /_test/, and ends on SIGTERM."""
    command = [sys.executable, "-m", "tests.loopback.microsoft", "--print-url"]
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
    """Change what the account's owner does, see it happen, and send a mail by device sign-in."""
    ca_bundle = Path(told["ca_bundle"])
    hands, oauth = f"{told['url']}/_test", f"{told['authority']}/oauth2/v2.0"
    client = {"client_id": told["client_id"]}
    query = {
        **client,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": "Mail.Send",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(ca_bundle)
        assert session.post(f"{hands}/accounts/{KIM}", json={"denies": True}, timeout=20).ok
        ended = visit(f"{oauth}/authorize?{urlencode(query)}", ca_bundle)
        assert ended.startswith(f"{REDIRECT}/?error=access_denied&")
        assert session.post(f"{hands}/accounts/{KIM}", json={"denies": False}, timeout=20).ok
        asked = session.post(
            f"{oauth}/devicecode", data={**client, "scope": "Mail.Send"}, timeout=20
        ).json()
        approval = f"{hands}/devices/{asked['user_code']}"
        assert session.post(approval, json={"address": KIM}, timeout=20).ok
        grant = {
            **client,
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "device_code": asked["device_code"],
        }
        token = session.post(f"{oauth}/token", data=grant, timeout=20).json()["access_token"]
        message = {"subject": "Hello", "toRecipients": [{"emailAddress": {"address": KIM}}]}
        sent = session.post(
            f"{told['graph_endpoint']}/me/sendMail",
            json={"message": message},
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
        )
        assert sent.status_code == 202
        assert session.post(f"{hands}/settle", timeout=20).ok
        (delivery,) = session.get(f"{hands}/delivered", timeout=20).json()
        violations = session.get(f"{hands}/contract-violations", timeout=20).json()
    assert (delivery["from"], delivery["to"], violations) == (KIM, [KIM], [])

"""One refresh at a time for each mailbox, whoever asks: threads, and real processes."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import pytest

from service.config import Settings
from tests.delivery.conftest import Install

ROOT = Path(__file__).parents[2]
THREADS = 50
PROCESSES = 2


def _settings(settings: Settings) -> dict[str, str]:
    """Spell what reaches the provider as the environment of another process."""
    sections = asdict(settings)
    return {
        f"CALLBACK_{name}__{key}".upper(): str(value)
        for name in ("storage", "gmail", "outlook", "network")
        for key, value in sections[name].items()
        if value is not None
    }


@pytest.mark.parametrize("kind", ["gmail-drafts", "outlook-drafts"])
def test_fifty_threads_in_each_of_two_processes_make_one_refresh(
    install: Install, kind: str
) -> None:
    """With an expired token in hand, the provider hears of it once, and all get the new one.

    The refresh of the first process is held until the second one asks, too.
    """
    at = install(kind)
    at.age_token()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("CALLBACK_")
    }
    environment |= {"PYTHONPATH": str(ROOT), **_settings(at.app.settings)}
    bench = at.server.bench
    before = len(bench.server.requests_to("POST", bench.token_path))
    command = [sys.executable, "-m", "tests.delivery.askers", str(at.folder), str(at.id)]
    with ExitStack() as stack:
        askers = [
            stack.enter_context(
                subprocess.Popen(
                    [*command, str(THREADS)],
                    env=environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(PROCESSES)
        ]
        for asker in askers:
            assert asker.stdout is not None
            assert asker.stdout.readline() == "ready\n"
        held = bench.arm(bench.token_path, "before", "hang")
        for asker in askers:
            assert asker.stdin is not None
            assert asker.stdout is not None
            asker.stdin.write("go\n")
            asker.stdin.flush()
            held.wait_until_hit()
            assert asker.stdout.readline() == "asking\n"
        held.release()
        answers = [asker.communicate(timeout=120)[0] for asker in askers]
    versions = [version for answer in answers for version in json.loads(answer)]
    assert len(versions) == THREADS * PROCESSES
    assert set(versions) == {2}
    assert len(bench.server.requests_to("POST", bench.token_path)) == before + 1

"""A configuration, clock, key, client file or database that cannot be used is named and mended."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.papers import ONE, write
from tests.cli.shell import Shell

CLOCK_EXAMPLE = '  for example CALLBACK_CLOCK="2026-12-08T07:30:00+01:00,rate=600"\n'
DESKTOP = {
    "installed": {
        "client_id": "client.apps.example",
        "client_secret": "planted-client-secret",
        "auth_uri": "https://accounts.example/auth",
        "token_uri": "https://accounts.example/token",
        "redirect_uris": ["http://localhost"],
    }
}
"""A client file of the right kind."""


def test_every_problem_of_the_configuration_is_said_at_once(shell: Shell, tmp_path: Path) -> None:
    """File and environment together: each key, what is wrong with it, and an example."""
    config = write(
        tmp_path,
        "bad.toml",
        '[storage]\nurll = "x"\n[vault]\nkey = "paper"\n'
        '[timing]\nearliest = "25:00"\n[nothing]\nx = 1\n',
    )
    shell.environment.setenv("CALLBACK_TIMING__REST_DAYS", "never")
    shell.environment.setenv("CALLBACK_NETWORK__CA_BUNDLE", "missing.pem")
    shell.environment.setenv("CALLBACK_GMAIL__CLIENT", "x.json")
    said = shell.refuse("--config", config, "list")
    assert said.startswith(f"The configuration in {config} cannot be used.\n")
    for key, example in (
        ("[storage] urll is no setting", "did you mean url?"),
        ("[vault] key", '(for example key = "file")'),
        ("[timing] earliest", '(for example earliest = "09:00")'),
        ("[timing] rest_days", '(for example rest_days = "next-working-day")'),
        ("[nothing] is no setting", ""),
        ("[gmail] client is no setting", "did you mean client_file?"),
        ("[network] ca_bundle: there is no file missing.pem", ""),
    ):
        (line,) = [line for line in said.splitlines() if line.startswith(f"  - {key}")]
        assert example in line


def test_settings_that_contradict_each_other_are_named_with_an_example(
    shell: Shell, tmp_path: Path
) -> None:
    """A day that is both off and worked, an hour that is night: each once, key and example."""
    config = write(
        tmp_path,
        "contrary.toml",
        '[timing]\nearliest = "03:00"\ndays_off = ["2026-12-24"]\nworking_days = ["2026-12-24"]\n',
    )
    said = shell.refuse("--config", config, "list")
    assert said.startswith(f"The configuration in {config} cannot be used.\n")
    assert said.count("earliest is 03:00") == 1
    assert said.count("2026-12-24 stands in both days_off and working_days") == 1
    assert "09:00" in said


def test_a_configuration_file_that_cannot_be_read_is_named(shell: Shell, tmp_path: Path) -> None:
    """Missing, or no TOML: which file, and where in it."""
    assert shell.refuse("--config", "nowhere.toml", "list") == (
        "There is no configuration file nowhere.toml.\n"
        "  Name one that is there with --config or $CALLBACK_CONFIG.\n"
    )
    config = write(tmp_path, "broken.toml", "[timing")
    assert shell.refuse("--config", config, "list").startswith(f"{config} is not readable TOML: ")


@pytest.mark.parametrize(
    ("clock", "said"),
    [
        ("soon", 'CALLBACK_CLOCK holds "soon", which is no time.\n'),
        ("2026-12-08T10:00", 'CALLBACK_CLOCK holds "2026-12-08T10:00" without a time zone.\n'),
        ("2026-12-08T10:00Z,rate=fast", 'CALLBACK_CLOCK has the rate "fast".\n'),
        ("2026-12-08T10:00Z,rate=-1", "CALLBACK_CLOCK has the rate -1: 0 to 1000000 is meant.\n"),
        ("2026-12-08T10:00Z,speed=2", 'CALLBACK_CLOCK has the unknown part "speed=2".\n'),
    ],
)
def test_a_clock_that_cannot_be_read_is_refused(shell: Shell, clock: str, said: str) -> None:
    """A rehearsal under a wrong clock would send at a wrong hour: it does not start."""
    shell.environment.setenv("CALLBACK_CLOCK", clock)
    assert shell.refuse("status") == said + CLOCK_EXAMPLE


def test_a_clock_that_has_run_out_of_years_is_refused(shell: Shell) -> None:
    """A rehearsal left running too fast for too long ends in a sentence, not in a traceback."""
    shell.environment.setenv(
        "CALLBACK_CLOCK", "9999-12-31T00:00Z,rate=1000000,since=2026-01-01T00:00Z"
    )
    assert "CALLBACK_CLOCK" in shell.refuse("status")


@pytest.mark.parametrize("provider", ["gmail", "outlook"])
def test_under_another_clock_no_real_mailbox_is_used(
    shell: Shell, tmp_path: Path, provider: str
) -> None:
    """A rehearsal never reaches Google or Microsoft, with a client that is otherwise right."""
    client = write(tmp_path, "client.json", json.dumps(DESKTOP))
    shell.environment.setenv("CALLBACK_GMAIL__CLIENT_FILE", client)
    shell.environment.setenv("CALLBACK_OUTLOOK__CLIENT_ID", "00000000-0000-0000-0000-000000000000")
    said = shell.refuse("connect", provider, "--no-browser")
    assert said.endswith(
        "$CALLBACK_CLOCK is set: under another clock no real mailbox is used.\n"
        "  unset CALLBACK_CLOCK\n"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ({"web": DESKTOP["installed"]}, "To sign in on this computer, create one of type “Desktop"),
        ({"type": "service_account"}, "is the key of a service account, which has no mailbox."),
        ({}, "is not the file of a Google OAuth client of type “Desktop app”."),
        ("client", "is not JSON: it must be the file that the Google console hands out."),
        (None, "There is no client file "),
    ],
)
def test_a_google_client_of_the_wrong_kind_is_named_for_what_it_is(
    shell: Shell, tmp_path: Path, text: object, said: str
) -> None:
    """Web application, service account, no JSON, nothing there: said before anything is asked."""
    client = str(tmp_path / "client.json")
    if text is not None:
        write(tmp_path, "client.json", text if isinstance(text, str) else json.dumps(text))
    shell.environment.delenv("CALLBACK_CLOCK")
    shell.environment.setenv("CALLBACK_GMAIL__CLIENT_FILE", client)
    printed = shell.refuse("connect", "gmail", "--no-browser")
    assert said in printed
    assert "planted-client-secret" not in printed


@pytest.mark.parametrize("text", [json.dumps(DESKTOP), "client", "{}", None])
def test_a_microsoft_client_file_without_an_id_is_refused(
    shell: Shell, tmp_path: Path, text: str | None
) -> None:
    """The file that a friend or an office handed out must hold one id."""
    client = str(tmp_path / "client.json")
    if text is not None:
        write(tmp_path, "client.json", text)
    shell.environment.delenv("CALLBACK_CLOCK")
    shell.environment.setenv("CALLBACK_OUTLOOK__CLIENT_FILE", client)
    said = shell.refuse("connect", "outlook", "--no-browser")
    assert ("There is no client file " if text is None else "holds no client id") in said


@pytest.mark.parametrize(
    ("provider", "said"),
    [
        ("gmail", "No Google client is set up yet.\n"),
        ("outlook", "No Microsoft client is set up yet.\n"),
        ("yahoo", "There is no provider “yahoo”; there are gmail, outlook, local.\n"),
    ],
)
def test_a_provider_that_is_not_set_up_is_refused(shell: Shell, provider: str, said: str) -> None:
    """What is missing for a sign-in is said before the sign-in is explained."""
    assert shell.refuse("connect", provider).startswith(said)


def test_a_name_that_is_none_is_refused(stranger: Shell) -> None:
    """From and sign-off need a name of one line."""
    for name in ("", " ", "Ana\nLindqvist", "a\udcffb"):
        assert "name" in stranger.refuse("connect", "local", "--name", name)


def test_a_key_file_that_others_can_read_is_refused_with_the_mending_command(
    shell: Shell,
) -> None:
    """The key opens every sign-in: exposed it is not used, and `doctor` says the same."""
    key = shell.home / "vault.key"
    key.chmod(0o644)
    expected = f"The key file {key} can be read by others.\n  chmod 600 '{key}'\n"
    assert shell.refuse("connect", "local").endswith(expected)
    looked = shell("doctor", expect=1)
    assert f"MEND  The key file {key} can be read by others.\n" in looked.out
    assert f"      chmod 600 '{key}'\n" in looked.out


def test_a_lost_key_is_never_replaced_while_a_sign_in_needs_it(shell: Shell) -> None:
    """Without its key a sign-in cannot be opened: said so, and no new key is made."""
    key = shell.home / "vault.key"
    key.unlink()
    assert f"The key that opens your sign-ins is missing ({key}).\n" in shell.refuse(
        "connect", "local"
    )
    assert not key.exists()
    key.write_text("d3Jvbmc=\n")
    key.chmod(0o600)
    assert "is no key of this vault.\n" in shell.refuse("connect", "local")


@pytest.mark.sqlite
def test_a_database_that_is_read_only_is_said_to_be(shell: Shell) -> None:
    """Looking works; whatever writes is refused with the reason."""
    shell("add", *ONE, "--yes")
    file = shell.home / "callback.db"
    shell.environment.setenv("CALLBACK_STORAGE__URL", f"sqlite:///file:{file}?mode=ro&uri=true")
    assert "Henrik Vogt" in shell("list").out
    said = shell.refuse("stop", "f1")
    assert "is read-only.\n  Mend the permissions of the file and its folder;" in said


@pytest.mark.sqlite
def test_a_busy_database_is_said_to_be(shell: Shell) -> None:
    """Another process writes for long: this one gives up, says so, and has changed nothing."""
    shell("add", *ONE, "--yes")
    file = shell.home / "callback.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        said = shell.refuse("stop", "f1")
    assert said == f"The database {file} is busy.\n  Try again; nothing was changed.\n"


@pytest.mark.sqlite
def test_a_file_that_is_no_database_is_left_alone(shell: Shell) -> None:
    """A wrong path in the settings does not overwrite what lies there."""
    other = shell.home / "letter.txt"
    other.write_text("Dear Ana, " * 500)
    shell.environment.setenv("CALLBACK_STORAGE__URL", f"sqlite:///{other}")
    assert "is no database of Call Back.\n" in shell.refuse("add", *ONE, "--yes")
    assert other.read_text() == "Dear Ana, " * 500

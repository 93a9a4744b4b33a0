"""`callback upkeep move-database` as it is typed."""

from pathlib import Path

from tests.cli.shell import Shell
from tests.databases import make_url


def test_it_says_what_was_moved_and_what_to_set(shell: Shell, tmp_path: Path) -> None:
    """Counts on stdout, the line for config.toml, and no password; the old one says it was left."""
    url = make_url(tmp_path / "there", "postgresql")
    printed = shell("upkeep", "move-database", url)
    assert "mailboxes" in printed.out
    assert "counts and hashes are the same" in printed.err
    assert 'url = "postgresql+psycopg://' in printed.err
    assert "was moved to another one" in shell("list", expect=1).err
    shell.environment.setenv("CALLBACK_STORAGE__URL", url)
    assert "ana" in shell("mailboxes").out


def test_what_is_no_address_is_refused(shell: Shell) -> None:
    """With what is meant."""
    for address in ("callback.db", "postgresql://db.example/callback", "mysql://db.example/x"):
        assert "postgresql+psycopg://" in shell("upkeep", "move-database", address, expect=2).err
    assert (
        "cannot be read"
        in shell("upkeep", "move-database", "postgresql+psycopg://db.example:port/x", expect=2).err
    )
    assert "move-database" in shell("upkeep", "tidy", "sqlite:////tmp/x.db", expect=2).err


def test_a_password_is_not_printed(shell: Shell) -> None:
    """Not even when nothing answers there."""
    address = "postgresql+psycopg://callback:planted-word@127.0.0.1:9/callback"
    printed = shell("upkeep", "move-database", address, expect=1)
    assert "cannot be reached" in printed.err
    assert "planted-word" not in printed.out + printed.err

"""`callback show`: when one mail goes and why then, what is different for it, and its history."""

from pathlib import Path

from tests.cli.conftest import TUESDAY_EVENING
from tests.cli.papers import PANEL, write
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal
from tests.e2e.product import Product

OWN = """
[timing]
earliest = "10:00"
rest_days = "send"
days_off = [2026-12-24, 2026-12-23]
working_days = [2026-12-26]
"""


def test_both_clocks_the_reasons_in_order_and_what_is_different(
    shell: Shell, tmp_path: Path
) -> None:
    """A reader with a place of their own is shown there, and the interview's own rules are told."""
    elsewhere = PANEL.replace('name = "Marisol Duarte"', 'name = "Marisol Duarte"\nwhere = "Tokyo"')
    shell("add", write(tmp_path, "panel.toml", elsewhere + OWN), "--yes")
    shown = shell("show", "f1").out
    start = shown.index("Goes out")
    assert shown[start : shown.index("\n\n", start)] == (
        "Goes out  Wednesday 9 December 10:10 in Tokyo (01:10 for you)\n"
        "          the morning after the talk of Tuesday 8 December\n"
        "          not before 10:00 there, as you set it\n"
        "          ! that is Wednesday 9 December 01:10 for you:"
        " whatever sends it must be awake then\n"
        "Own rules earliest: 10:00; rest days: send;"
        " off: Wednesday 23 December 2026, Thursday 24 December 2026;"
        " worked: Saturday 26 December 2026"
    )
    assert "! 10:10  Tokyo   (01:10)  f1  Marisol Duarte" in shell("list").out


def test_only_what_will_go_is_said_to_go_out(panel: Shell) -> None:
    """Paused, stopped or sent, its time is what was planned."""
    panel("pause", "f1")
    panel("stop", "f2")
    for mail in ("f1", "f2"):
        shown = panel("show", mail).out
        assert "Planned   Wednesday 9 December 09:" in shown
        assert "Goes out" not in shown


def test_what_was_put_off_says_when_it_is_tried_again(panel: Shell) -> None:
    """Slot and next try are two things, and both are shown."""
    panel.bring(1, "postponed")
    shown = panel("show", "f1").out
    assert shown.startswith("f1        scheduled, tried once\n")
    assert "\nGoes out  Wednesday 9 December 09:10 in London\n" in shown
    assert "\nNext try  Wednesday 9 December 09:40 in London, because: a test\n" in shown
    (told,) = panel.json("show", "f1")
    assert (told["tries"], told["last_error"]) == (1, "a test")
    assert told["next_try_at"] == "2026-12-09T09:40:00+00:00"


def test_the_history_holds_only_what_changed(panel: Shell, tmp_path: Path) -> None:
    """Adding the same again writes nothing; another mailbox is one line."""
    before = panel("show", "i1").out
    again = write(tmp_path, "again.toml", PANEL)
    panel("add", again, "--yes")
    assert panel("show", "i1").out == before
    panel("add", again, "--mailbox", "local", "--yes")
    for mail in panel.json("show", "i1"):
        assert [event["action"] for event in mail["events"]] == ["submit", "readdress"]


def test_a_terminal_gets_long_lines_wrapped(shell: Shell) -> None:
    """A Japanese mail has no spaces and letters of two columns; it stays within 80 all the same."""
    flags = (
        *("--company", "株式会社みなと物流", "--role", "品質管理", "--where", "Tokyo"),
        *("--starts", "2026-12-08 15:00", "--ends", "16:00", "--language", "ja"),
        *("--person", "佐藤 花子 <sato@minato.example>"),
        *(
            "--why",
            "小さな台所でも大きな監査に通るように働いてきた経験を、御社で生かしたいと考えて" * 2,
        ),
    )
    shell("add", *flags, "--yes")
    product = Product(shell.home)
    product.set_clock(TUESDAY_EVENING, rate=0)
    with Terminal(product, "show", "f1") as terminal:
        screen = terminal.finish()
    assert "小さな台所でも" in screen
    # Every letter here takes two columns, but for ASCII.
    assert (
        max(len(line) + sum(not ch.isascii() for ch in line) for line in screen.splitlines()) <= 80
    )

"""The end of a mail: that its sender signs."""

import pytest

from tests.unit.check_examples import BODY, TOM, find

END = "Kind regards,\nHannah Whitlock"


def is_unsigned(end: str, sender: str = "Hannah Whitlock", language: str = "en") -> bool:
    """Tell whether a mail with this end is found to lack a signature."""
    found = find(BODY.replace(END, end).rstrip(), sender=sender, language=language)
    return "no-signature" in found


@pytest.mark.parametrize(
    "end",
    [
        "",
        "Kind regards",
        "Kind regards,\n",
        "Best,\n+44 20 7946 0000\nhannah@example.com",
        "Kind regards,\nWard Nurse",
        "I hope that somebody asks for Hannah, whom I used to work with.",
    ],
)
def test_no_signature(end: str) -> None:
    """An address is no signature, nor is the name in the middle of a sentence."""
    assert is_unsigned(end)


@pytest.mark.parametrize(
    ("end", "sender"),
    [
        (END, "Hannah Whitlock"),
        ("Best,\nHannah", "Hannah Whitlock"),
        ("best, hannah", "Hannah Whitlock"),
        ("H. Whitlock", "Hannah Whitlock"),
        ("Hannah W.", "Hannah Whitlock"),
        ("HW", "Hannah Whitlock"),
        (
            "Thank you again for the walk round the ward and for your time. Hannah",
            "Hannah Whitlock",
        ),
        ("Hannah Whitlock.", "Hannah Whitlock"),
        ("Hannah Whitlock, RN", "Hannah Whitlock"),
        ("Hannah Whitlock\n\nWard Nurse\nLeeds\n+44 20 7946 0000", "Hannah Whitlock"),
        (
            "--\nHannah Whitlock\n+44 20 7946 0000\nh@example.com\nwww.example.com/h",
            "Hannah Whitlock",
        ),
        ("Hanna Whitlok", "Hannah Whitlock"),
        ("Bill", "William Ode"),
        ("Mili", "Milagros Ferreyra"),
        ("Jelena Markovic", "Jelena Marković"),
        ("Minh Anh Nguyễn", "Nguyễn Minh Anh"),
        ("Kenta Sato", "佐藤 健太"),
        ("佐藤健太", "佐藤 健太"),
        ("Дмитрий", "Dmitry Orlov"),
        ("Kind regards", ""),
    ],
)
def test_signatures(end: str, sender: str) -> None:
    """Any part of the name will do, in whatever form and script."""
    assert not is_unsigned(end, sender)


def test_a_mail_with_notes_is_signed_before_them_or_at_its_end() -> None:
    """The notes below have signatures of their own."""
    unsigned = BODY.replace("\nHannah Whitlock", "")
    note = "\n\nFor Tom Kessler:\n\n{}"
    for first, second in ((BODY, unsigned), (unsigned, BODY)):
        assert "no-signature" not in find(first + note.format(second), passed_on=(TOM,))
    assert "no-signature" in find(unsigned + note.format(unsigned), passed_on=(TOM,))

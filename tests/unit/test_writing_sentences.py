"""The user's text, cut into sentences and shared out, never changed."""

import pytest

from service.writing import phrases, sentences, shares

WORDS = phrases.load_phrases("en").sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I like the team. I like the river.", ["I like the team.", "I like the river."]),
        ("I like the team", ["I like the team"]),
        ("Why here? The people! I mean it.", ["Why here?", "The people!", "I mean it."]),
        (
            "I met Dr. Duarte and Prof. Ode. We spoke.",
            ["I met Dr. Duarte and Prof. Ode.", "We spoke."],
        ),
        ("Small things, e.g. Labels, matter.", ["Small things, e.g. Labels, matter."]),
        ("I was in the U.S. Navy for years.", ["I was in the U.S. Navy for years."]),
        ("I know J. R. Ruiz well.", ["I know J. R. Ruiz well."]),
        (
            "You grew by 3.5 percent. 12 people did it.",
            ["You grew by 3.5 percent.", "12 people did it."],
        ),
        (
            "I worked on No. 5 there. No. It was No. 7.",
            ["I worked on No. 5 there.", "No.", "It was No. 7."],
        ),
        ("I thought... The plan is right.", ["I thought... The plan is right."]),
        ("And then… Nothing broke. Good.", ["And then… Nothing broke.", "Good."]),
        (
            'You said "We stop. Always." and meant it. I liked it.',
            ['You said "We stop. Always." and meant it.', "I liked it."],
        ),
        (
            "You said “We stop the line. Always.” I liked it.",
            ["You said “We stop the line. Always.”", "I liked it."],
        ),
        ('"Stop!" Doug said. It worked.', ['"Stop!" Doug said.', "It worked."]),
        (
            "It works (see p. 4. It is short). I tried.",
            ["It works (see p. 4. It is short).", "I tried."],
        ),
        ("I use node.js and yahoo! is old.", ["I use node.js and yahoo! is old."]),
        ("One paragraph\n\nAnother one", ["One paragraph", "Another one"]),
        ("- The team\n- The river.\n• The trains", ["The team", "The river.", "The trains"]),
        ("A line that\n  was wrapped. And more.", ["A line that was wrapped.", "And more."]),
        ("好きです。働きたいです。", ["好きです。", "働きたいです。"]),
        ("  \n \n", []),
        ("", []),
    ],
)
def test_split(text: str, expected: list[str]) -> None:
    """A sentence ends only where that is certain; abbreviations, numbers and quotes do not."""
    assert list(sentences.split(text, WORDS)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I like the team", "I like the team."),
        ("I like the team.", "I like the team."),
        ("You said “always”", "You said “always”."),
        ("You said “always.”", "You said “always.”"),
        ("I write C++", "I write C++."),
        ("I like the team,", "I like the team,"),
        ("One thing:", "One thing:"),
        ("Truly!", "Truly!"),
    ],
)
def test_finish(text: str, expected: str) -> None:
    """A full stop is put after a sentence that has no mark of its own, and nothing else."""
    assert sentences.finish(text, WORDS) == expected


def test_each_mail_has_a_run_of_the_reasons() -> None:
    """With enough sentences nobody's reasons are in two mails, and their order is kept."""
    reasons = ["One is so.", "Two is so.", "Three is so.", "Four is so.", "Five is so."]
    assert shares.share_out(reasons, 2, WORDS) == (tuple(reasons[:3]), tuple(reasons[3:]))
    assert shares.share_out(reasons, 5, WORDS) == tuple((reason,) for reason in reasons)
    assert shares.share_out(reasons, 1, WORDS) == (tuple(reasons),)


def test_runs_are_balanced_by_their_length() -> None:
    """One long sentence weighs as much as several short ones."""
    reasons = [
        "This one is much longer than all of the others are together.",
        "A is so.",
        "B is so.",
    ]
    assert shares.share_out(reasons, 2, WORDS) == ((reasons[0],), (reasons[1], reasons[2]))


@pytest.mark.parametrize(
    "leaning",
    [
        "That is how I was trained.",
        "They are right.",
        "I have tried to work that way for years.",
        "At home that decision waits for somebody above.",
        "I also like the river.",
        "My team does that now.",
        "Truly so.",
    ],
)
def test_a_sentence_that_leans_on_another_is_not_parted_from_it(leaning: str) -> None:
    """Without the one before it, it would say nothing or something else."""
    head = "You plan discharge from the first day."
    assert shares.share_out([head, leaning], 2, WORDS) == ((head, leaning), (head,))


def test_what_a_sentence_says_itself_is_nothing_it_leans_on() -> None:
    """What "that way" means stands in the same sentence, before the comma."""
    reasons = (
        "Your yard is calm.",
        "You write down every slip, and I have always worked that way.",
    )
    assert shares.share_out(reasons, 2, WORDS) == ((reasons[0],), (reasons[1],))


def test_too_few_reasons_are_repeated_the_shortest_first() -> None:
    """Everybody has a reason; the long one is repeated last, since it makes two mails alike."""
    long = "I have led summer crews for nine years and never lost anybody to the heat of the day."
    short = "Your crews are small."
    assert shares.share_out([long, short], 4, WORDS) == ((long,), (short,), (short,), (short,))
    even = ["Your crews are small.", "Your boats are good."]
    assert shares.share_out(even, 4, WORDS) == tuple((reason,) for reason in (*even, *even))


def test_without_reasons_there_is_nothing_to_share() -> None:
    """Nothing is made up."""
    assert shares.share_out([], 2, WORDS) == ((), ())
    assert shares.share_out(["I like it."], 0, WORDS) == ()

"""How long all checks of one mail take that stands among 50 others to the same company.

The peer compares the same pairs of mails, and nothing else, with difflib's SequenceMatcher. Both
alternate, run for run, so that a slow moment of the computer meets both.
"""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from difflib import SequenceMatcher

from service.records import Candidate, Interview, Person, Place, Talk, Text
from service.writing import anatomy, checks, composition
from service.writing.checks import Circumstances, OtherNote
from service.writing.readers import Reading

RUNS = 41
OTHERS = 50
OTHER_COMPANIES = 20
REACH_SECONDS = 0.020

SENDER = Candidate("Hannah Whitlock", "Europe/London")
SENT_AT = datetime(2026, 12, 9, 9, 12, tzinfo=UTC)
REASONS = (
    "Your team plans discharge from the first day.",
    "Parents sit in every handover, which I have wanted for years.",
    "Nobody is rushed at the end of a shift.",
    "The night rota is agreed by those who work it.",
    "Mistakes are written down so that the next person can avoid them.",
)


def show() -> None:
    """Print the table."""
    text, around = _mail()
    others = [other.body for other in around.others]
    ours, peers = [], []
    for _run in range(RUNS):
        ours.append(_time(lambda: checks.check(text, around)))
        peers.append(_time(lambda: _compare(text.body, others)))
    median, peer = statistics.median(ours), statistics.median(peers)
    verdict = "reached" if median <= REACH_SECONDS else "NOT REACHED"
    print(f"checks of one mail among {OTHERS}, median of {RUNS} runs; reach: at most 20 ms")
    print(
        f"all {len(checks.RULES)} rules    {median * 1000:6.1f} ms  "
        f"difflib on the same pairs {peer * 1000:6.1f} ms  ratio {median / peer:4.2f}  {verdict}"
    )


def _mail() -> tuple[Text, Circumstances]:
    """Compose a mail to each of 51 people; check the first one beside the rest."""
    interviews = [_interview(number) for number in range(OTHERS + 1)]
    mails = [composition.compose(of, SENDER, SENT_AT.date()).mails[0] for of in interviews]
    others = tuple(OtherNote(mail.reader.name, mail.text.body) for mail in mails[1:])
    reader = mails[0].reader
    companies = tuple(f"Oakfield {number} Works Ltd" for number in range(OTHER_COMPANIES))
    around = Circumstances(
        interview=interviews[0],
        reading=Reading(reader, (reader,), mails[0].reading.form),
        sender=SENDER.name,
        sent_at=SENT_AT,
        others=others,
        other_companies=companies,
    )
    assert len(others) == OTHERS
    return mails[0].text, around


def _interview(number: int) -> Interview:
    """Return the interview with one person; each has their own line and some of the reasons."""
    start = datetime(2026, 12, 8, 14, 0, tzinfo=UTC)
    first = number % len(REASONS)
    person = Person(
        f"Marisol Duarte {number}",
        f"m{number}@example.com",
        line=f"You told me how bed {number} on ward {number * 7} is kept free for the night.",
    )
    return Interview(
        company="Northgate Children's Hospital",
        role="Ward Nurse",
        talks=(Talk(start, start.replace(hour=15), "Europe/London"),),
        people=(person,),
        place=Place("Europe/London"),
        reasons=" ".join((REASONS[first], REASONS[first - 1])),
    )


def _compare(body: str, others: list[str]) -> float:
    said = anatomy.essence(body, ())
    matcher = SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(said)
    most = 0.0
    for other in others:
        matcher.set_seq1(anatomy.essence(other, ()))
        most = max(most, matcher.ratio())
    return most


def _time(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started

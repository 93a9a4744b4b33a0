"""Rounds of telling: each matter once, whatever restarts, runs beside it or fails."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from service import interviews
from service.notices import ledger
from service.notices.records import Matter, compose
from service.notices.rounds import make_notifier
from service.records import Candidate
from tests.delivery.conftest import Install
from tests.delivery.installation import Installation
from tests.loopback.faults import Fault
from tests.loopback.server import Response, request_to
from tests.notices.telling import (
    SECOND,
    Standing,
    connect_second,
    make_teller,
    notes_to_self,
    rows,
)
from tests.providers.bench import body_of, reader_of

MINUTE = timedelta(minutes=1)


@pytest.fixture
def at(install: Install) -> Installation:
    """Return an installation whose owner is reached by mail to themselves."""
    return install("gmail-drafts")


@pytest.fixture
def standing(at: Installation) -> Standing:
    """Return what stands: nothing yet."""
    return Standing(at.candidate)


def refuse_all(at: Installation) -> Fault:
    """Let Gmail take no mail until the faults are cleared."""
    sending = request_to("POST", "/gmail/v1/users/me/messages/send")
    return at.server.bench.server.faults.add(Fault(sending, "before", Response(400), times=None))


def test_a_matter_is_told_once(at: Installation, standing: Standing) -> None:
    """However often it is found, and by whichever process after this one."""
    standing.put("signed-out:12")
    teller = make_teller(at.app, standing)
    assert [teller.round(), teller.round()] == [1, 0]
    app, _ = at.another()
    at.clock.pass_by(timedelta(days=30))
    assert make_teller(app, standing).round() == 0
    assert notes_to_self(at) == [
        ("Call Back: signed-out:12 is signed out", "Mend signed-out:12:\n  callback list")
    ]
    (row,) = rows(at).values()
    assert (row["told_by"], row["tries"], row["last_error"]) == ("mail", 1, None)


def test_a_sign_in_that_ended_is_told_of_by_the_other_mailbox(at: Installation) -> None:
    """The whole way: the grant is taken back, the round finds it, and another address gets it."""
    connect_second(at)
    teller = make_notifier(at.app)
    assert teller.round() == 0
    at.app.mailboxes.sign_out(at.mailbox, "taken back")
    assert [teller.round(), teller.round()] == [1, 0]
    (mail,) = at.far.went()
    assert reader_of(mail)[1] == SECOND
    assert mail["Subject"] == "Call Back: kim@example.com is signed out"
    assert "callback connect gmail" in body_of(mail)


def test_what_needs_nobody_is_not_told(at: Installation, standing: Standing) -> None:
    """Without a matter nothing is sent and nothing stored."""
    assert make_teller(at.app, standing).round() == 0
    assert notes_to_self(at) == []
    assert rows(at) == {}


def test_several_matters_are_one_note(at: Installation, standing: Standing) -> None:
    """A list and then each in full; what comes later is a note of its own."""
    standing.put("a", "b", "c")
    teller = make_teller(at.app, standing)
    assert teller.round() == 3
    standing.put("a", "b", "c", "d")
    assert teller.round() == 1
    (subject, text), (later, _) = notes_to_self(at)
    assert subject == "Call Back: 3 things for you"
    assert text.splitlines()[:3] == [f"- {key} is signed out" for key in "abc"]
    assert [line for line in text.splitlines() if line.startswith("Mend")] == [
        "Mend a:",
        "Mend b:",
        "Mend c:",
    ]
    assert later == "Call Back: d is signed out"


def test_what_another_service_is_telling_is_left_to_it(
    at: Installation, standing: Standing
) -> None:
    """It was claimed before it was told; a claim is honoured until the telling must be over."""
    standing.put("a")
    assert ledger.bring_up_to_date(
        at.app.database, standing.candidate_id, {"a": standing.matters[0]}, at=at.clock.now()
    ) == ["a"]
    app, _ = at.another()
    assert ledger.claim(app.database, ["a"], at=at.clock.now()) == ["a"]
    assert ledger.claim(at.app.database, ["a"], at=at.clock.now()) == []
    standing.put("a", "b")
    assert make_teller(at.app, standing).round() == 1
    assert [subject for subject, _ in notes_to_self(at)] == ["Call Back: b is signed out"]


def test_of_many_who_claim_a_notice_one_has_it(at: Installation, standing: Standing) -> None:
    """Threads of two processes, all after the same: each notice is claimed exactly once."""
    keys = [f"matter-{number}" for number in range(20)]
    standing.put(*keys)
    found = {matter.key: matter for matter in standing.matters}
    now = at.clock.now()
    ledger.bring_up_to_date(at.app.database, standing.candidate_id, found, at=now)
    app, _ = at.another()
    with ThreadPoolExecutor(8) as pool:
        claims = [
            pool.submit(ledger.claim, database, [key], at=now)
            for key in keys
            for database in (at.app.database, app.database, at.app.database, app.database)
        ]
    assert sorted(key for each in claims for key in each.result()) == sorted(keys)


def test_what_nobody_took_is_tried_again_with_growing_waits(
    at: Installation, standing: Standing
) -> None:
    """After 5, 10, 20 and 40 minutes and then each hour, and not a minute sooner."""
    fault = refuse_all(at)
    standing.put("a")
    teller = make_teller(at.app, standing)
    requests = []
    for minutes in (5, 10, 20, 40, 60, 60):
        assert teller.round() == 0
        requests.append(fault.hits)
        row = rows(at)["a"]
        assert row["next_try_at"] - at.clock.now() == minutes * MINUTE
        assert row["last_error"].startswith("mail: ")
        at.clock.pass_by((minutes - 1) * MINUTE)
        assert teller.round() == 0
        at.clock.pass_by(MINUTE)
    assert requests == [1, 2, 3, 4, 5, 6]
    at.server.bench.server.faults.clear()
    assert teller.round() == 1
    row = rows(at)["a"]
    assert (row["tries"], row["told_by"], row["last_error"]) == (7, "mail", None)
    assert len(notes_to_self(at)) == 1


def test_a_service_that_starts_waits_for_nothing(at: Installation, standing: Standing) -> None:
    """A way to tell may have been set up since the last try: its first round tries anew."""
    refuse_all(at)
    standing.put("a")
    before = make_teller(at.app, standing)
    assert [before.round() for _ in range(2)] == [0, 0]
    assert rows(at)["a"]["tries"] == 1
    at.server.bench.server.faults.clear()
    assert before.round() == 0
    assert make_teller(at.app, standing).round() == 1


def test_what_is_settled_before_it_was_told_is_not_told(
    at: Installation, standing: Standing
) -> None:
    """The user mended it themselves: nobody needs to hear of it any more."""
    refuse_all(at)
    standing.put("a", "b")
    teller = make_teller(at.app, standing)
    teller.round()
    standing.put("b")
    teller.round()
    assert rows(at)["a"]["settled_at"] == at.clock.now()
    at.server.bench.server.faults.clear()
    at.clock.pass_by(timedelta(hours=1))
    assert teller.round() == 1
    assert [subject for subject, _ in notes_to_self(at)] == ["Call Back: b is signed out"]
    assert rows(at)["a"]["told_at"] is None


def test_what_comes_back_untold_is_told_in_its_present_words(
    at: Installation, standing: Standing
) -> None:
    """Settled and standing again, with other words: told once, as it is now."""
    refuse_all(at)
    teller = make_teller(at.app, standing)
    for keys in (("a",), ()):
        standing.put(*keys)
        teller.round()
    at.server.bench.server.faults.clear()
    standing.put("a", about="about to end")
    assert [teller.round(), teller.round()] == [1, 0]
    assert [subject for subject, _ in notes_to_self(at)] == ["Call Back: a is about to end"]
    row = rows(at)["a"]
    assert (row["subject"], row["settled_at"]) == ("a is about to end", None)


def test_what_was_told_is_not_told_in_new_words(at: Installation, standing: Standing) -> None:
    """A matter is its key; when it ends and stands again under it, nothing is new."""
    teller = make_teller(at.app, standing)
    for keys, about in ((("a",), "one"), (("a",), "another"), ((), ""), (("a",), "third")):
        standing.put(*keys, about=about)
        teller.round()
    assert [subject for subject, _ in notes_to_self(at)] == ["Call Back: a is one"]


def test_a_clock_that_was_ahead_does_not_silence_a_matter(
    at: Installation, standing: Standing
) -> None:
    """A try put off under a wrong clock is no reason to wait for years."""
    refuse_all(at)
    standing.put("a")
    now = at.clock.now()
    at.clock.pass_by(timedelta(days=3000))
    teller = make_teller(at.app, standing)
    teller.round()
    at.server.bench.server.faults.clear()
    at.clock.move_to(now)
    assert teller.round() == 1


def test_the_trouble_of_one_candidate_is_not_that_of_another(
    at: Installation, standing: Standing
) -> None:
    """Each hears of their own matters; what breaks for one is logged, and the next is told."""
    with at.app.database.write() as connection:
        other = interviews.save_candidate(
            connection, Candidate("Jo Other", "Europe/London"), at=at.clock.now()
        )
    assert other.id is not None
    at.connect(other)
    teller = make_teller(at.app, standing)
    standing.put("a")
    mine = standing.matters[0]
    standing.matters = [Matter("b", other.id, "\udcff", "this text no mail can hold"), mine]
    assert teller.round() == 1
    assert [subject for subject, _ in notes_to_self(at)] == ["Call Back: a is signed out"]
    assert at.logged().count("notices failed") == 1


def test_a_note_leads_to_the_page_where_that_is_reached_from_elsewhere() -> None:
    """One matter or several: the address stands last; without one nothing is said of a page."""
    matters = [Matter("a", 1, "One", "Do this."), Matter("b", 1, "Two", "Do that.")]
    for some in (matters, matters[:1]):
        with_page = compose(some, "https://callback.example/")
        assert with_page.body.endswith("\n\nOr on the page: https://callback.example/")
        assert "page" not in compose(some).body
        assert with_page.brief == compose(some).brief

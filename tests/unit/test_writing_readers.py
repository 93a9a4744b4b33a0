"""Who reads what."""

import dataclasses

from service.records import Person
from service.writing.readers import Form, Missing, Reading, What, route
from tests.unit.writing_examples import interview, representative

MARISOL = Person("Marisol Duarte", "m.duarte@example.com")
FEMI = Person("Femi Adebayo", "f.adebayo@example.com")
TOM = Person("Tom Kessler")


def test_everybody_met_reads_their_own_mail() -> None:
    """Each person gets a mail of their own, in the order of the interview."""
    routing = route(interview(MARISOL, FEMI))
    assert routing.readers == (
        Reading(MARISOL, (MARISOL,), Form.OWN),
        Reading(FEMI, (FEMI,), Form.OWN),
    )
    assert routing.missing == ()


def test_who_was_not_met_reads_nothing() -> None:
    """Invited is not met: no thanks go to somebody who was not there."""
    absent = dataclasses.replace(FEMI, is_met=False)
    assert [r.reader for r in route(interview(MARISOL, absent)).readers] == [MARISOL]
    assert route(interview(absent)).readers == ()


def test_who_has_no_address_is_reported_and_never_dropped() -> None:
    """Without an address and without anybody who passes it on, the user is asked."""
    routing = route(interview(MARISOL, TOM))
    assert [r.reader for r in routing.readers] == [MARISOL]
    assert routing.missing == (Missing("Tom Kessler", What.ADDRESS),)


def test_a_colleague_passes_on_below_their_own_mail() -> None:
    """One mail per reader: the colleague's own thanks and the note to pass on."""
    tom = dataclasses.replace(TOM, passed_on_by="marisol duarte")
    assert route(interview(MARISOL, FEMI, tom)).readers == (
        Reading(MARISOL, (MARISOL, tom), Form.PASS_ON),
        Reading(FEMI, (FEMI,), Form.OWN),
    )


def test_somebody_who_was_not_met_may_pass_on() -> None:
    """A coordinator who was not in the talk is only asked to pass on."""
    coordinator = dataclasses.replace(FEMI, is_met=False)
    tom = dataclasses.replace(TOM, passed_on_by="f.adebayo@example.com")
    assert route(interview(coordinator, tom)).readers == (
        Reading(coordinator, (tom,), Form.PASS_ON),
    )


def test_who_passes_on_must_be_reachable() -> None:
    """A name that is unknown, without an address or one's own helps nobody."""
    for name in ("Nobody Known", "Tom Kessler", "Ana Ruiz"):
        tom = dataclasses.replace(TOM, passed_on_by=name)
        absent = Person("Ana Ruiz", is_met=False)
        routing = route(interview(tom, absent))
        assert routing.readers == ()
        assert routing.missing == (Missing("Tom Kessler", What.ADDRESS),)


def test_an_address_beats_passing_on() -> None:
    """Who has an address is written to, whatever was said before it was known."""
    femi = dataclasses.replace(FEMI, passed_on_by="Marisol Duarte")
    assert [r.form for r in route(interview(MARISOL, femi)).readers] == [Form.OWN, Form.OWN]


def test_with_an_agency_all_goes_to_its_representative() -> None:
    """Going past the agency is not done, even where an address is known."""
    nadia = representative()
    routing = route(interview(MARISOL, TOM, nadia, agency="Rourke Staffing"))
    assert routing.readers == (Reading(nadia, (MARISOL, TOM), Form.AGENCY),)
    assert routing.readers[0].passed_on == (MARISOL, TOM)


def test_who_is_marked_direct_gets_their_own_mail() -> None:
    """The user may say that somebody can be written to; without an address that changes nothing."""
    nadia = representative()
    direct = dataclasses.replace(MARISOL, is_direct=True)
    unreachable = dataclasses.replace(TOM, is_direct=True)
    assert route(interview(direct, unreachable, nadia, agency="Rourke Staffing")).readers == (
        Reading(direct, (direct,), Form.OWN),
        Reading(nadia, (unreachable,), Form.AGENCY),
    )


def test_an_agency_without_anybody_reachable_is_asked_for_once() -> None:
    """One question for the agency, not one for each interviewer."""
    nobody = route(interview(MARISOL, FEMI, agency="Rourke Staffing"))
    assert nobody.missing == (Missing("Rourke Staffing", What.ADDRESS),)
    nadia = representative(address=None)
    unreachable = route(interview(MARISOL, FEMI, nadia, agency="Rourke Staffing"))
    assert unreachable.readers == ()
    assert unreachable.missing == (Missing("Nadia Rourke", What.ADDRESS),)


def test_a_talk_with_the_representative_is_thanked_for_itself() -> None:
    """Where the agency's person was the one who was met, they get a mail of their own."""
    nadia = representative()
    alone = route(interview(nadia, agency="Rourke Staffing"))
    assert alone.readers == (Reading(nadia, (nadia,), Form.OWN),)
    met = dataclasses.replace(nadia, is_met=True)
    both = route(interview(MARISOL, met, agency="Rourke Staffing"))
    assert both.readers == (Reading(met, (MARISOL, met), Form.AGENCY),)
    assert both.readers[0].passed_on == (MARISOL,)


def test_arranging_alone_is_not_being_met() -> None:
    """If no interviewer was there, the representative is not thanked for a talk."""
    absent = dataclasses.replace(MARISOL, is_met=False)
    assert route(interview(absent, representative(), agency="Rourke Staffing")).readers == ()


def test_one_mail_per_address() -> None:
    """Two people behind one address get one mail, and nobody is listed twice."""
    shared = Person("Ben Ode", "M.Duarte@example.com")
    assert route(interview(MARISOL, shared, MARISOL)).readers == (
        Reading(MARISOL, (MARISOL, shared), Form.PASS_ON),
    )

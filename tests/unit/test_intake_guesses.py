"""Companies and roles that an invitation lets guess, and where there is no guess."""

import pytest

from service.intake.guesses import guess_company, guess_role
from tests.unit.intake_calendars import GUESTS, interview_of, make_calendar, make_event, read


@pytest.mark.parametrize(
    ("addresses", "company"),
    [
        (["a@tidewater.example"], "Tidewater"),
        (["a@tidewater-systems.co.uk"], "Tidewater Systems"),
        (["a@mail.tidewater.example"], "Tidewater"),
        (["a@emea.tidewater.example"], "Tidewater"),
        (["a@abc.example"], "ABC"),
        (["a@tidewater.onmicrosoft.com"], "Tidewater"),
        (["a@xn--mller-kva.example"], "Müller"),
        (["a@gmail.com", "b@tidewater.example"], "Tidewater"),
        (["x@calendly.com", "b@tidewater.example"], "Tidewater"),
        (["a@gmail.com", "b@outlook.de", "c@web.de", "d@gmx.net"], ""),
        (["a@y.example"], ""),
        ([], ""),
    ],
)
def test_company_is_the_first_telling_domain(addresses: list[str], company: str) -> None:
    """Free mail and meeting programs name no company."""
    assert guess_company(addresses) == (company, None)


def test_agency_is_not_taken_for_the_company() -> None:
    """A domain that reads like an agency's is said and not guessed from."""
    assert guess_company(["a@rourke-recruiting.example"]) == ("", "rourke-recruiting.example")
    found = guess_company(["a@rourke-recruiting.example", "b@tidewater.example"])
    assert found == ("Tidewater", "rourke-recruiting.example")


def test_agency_invitation_says_so() -> None:
    """The note names the domain, so that the user can name the company."""
    guests = "\r\n".join(GUESTS).replace("harborlight.example", "hale-staffing.example")
    data = make_calendar(make_event()).replace("\r\n".join(GUESTS).encode(), guests.encode())
    invitation = read(data)
    assert interview_of(invitation).company == ""
    assert invitation.notes == (
        "hale-staffing.example reads like an agency: no company is guessed from it.",
    )


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("Interview: Site Engineer", "Site Engineer"),
        ("Interview - Site Engineer", "Site Engineer"),
        ("Interview for the role of Site Engineer", "Site Engineer"),
        ("Second interview: Site Engineer at Tidewater", "Site Engineer"),
        ("Final Interview | Senior Data Analyst (Jordan Avery)", "Senior Data Analyst"),
        ("Site Engineer interview", "Site Engineer"),
        ("Site Engineer - Interview", "Site Engineer"),
        ("Vorstellungsgespräch als Projektleiterin", "Projektleiterin"),
        ("Vorstellungsgespräch: Bauingenieurin bei Hafenwerk", "Bauingenieurin"),
        ("Entretien : Ingénieure logiciel", "Ingénieure logiciel"),
        ("Entrevista: Enfermera", "Enfermera"),
        ("Invitation: Interview: Site Engineer", "Site Engineer"),
        ("Interview: Sabine Krüger", ""),
        ("Interview with Tidewater", ""),
        ("Interview", ""),
        ("Jordan Avery and Nadia Okafor", ""),
        ("Phone interview", ""),
        ("Interview: 45 minutes <> Engineer", ""),
        ("Interview: Engineer - Manager", ""),
        ("Site Engineer", ""),
        ("", ""),
    ],
)
def test_role_is_guessed_from_a_plain_title_only(title: str, role: str) -> None:
    """A title may as well hold a name or an hour; then there is no guess."""
    assert guess_role(title, ["Sabine Krüger"]) == role


def test_role_is_never_a_guest() -> None:
    """Somebody called Baker is no baker."""
    assert guess_role("Interview: Tom Baker", ["Tom Baker"]) == ""

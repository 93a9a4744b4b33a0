"""A house with something of everything in it, made by the real actions, and its pages."""

from dataclasses import replace
from datetime import date, timedelta

from service.actions import steering, wording
from service.records import Overrides, Person, Place, Text
from tests.factories import TUESDAY, make_interview
from tests.web.house import House

PAGES = {
    "coming": "/",
    "new": "/new",
    "debrief": "/interviews/{debrief}/debrief",
    "before": "/interviews/{before}/debrief",
    "rest-day": "/interviews/{rest_day}/debrief",
    "mail": "/mails/{scheduled}",
    "mail-to-check": "/mails/{checked}",
    "mail-sent": "/mails/{sent}",
    "mailboxes": "/mailboxes",
    "sent": "/sent",
    "you": "/introduction",
    "examples": "/examples",
    "guide": "/guides/gmail",
}
"""Every page by a name, with the ids that `furnish` returns."""

_NEW_YORK = Place("America/New_York", city="New York", country="US", subdivision="NY")


def furnish(house: House) -> dict[str, int]:
    """Submit interviews in every state that a page shows; return the ids that `PAGES` needs."""
    office = house.app.office
    candidate = office.candidate()
    first, second, _third, agency = house.submit_examples()
    checked = wording.edit(
        office, candidate, second, Text(second.subject, f"{second.body}\n\nPS: dear [NAME]!")
    ).after.follow_up
    steering.mark_sent(office, agency)
    people = (
        Person("Sabine Krüger", "s.krueger@kontor.example"),
        Person("Jonas Weil", "j.weil@kontor.example"),
    )
    debrief = house.submit(
        replace(
            make_interview(*people, company="Kontor Nord"),
            reasons="",
            took_place=None,
            role="Site Engineer",
        )
    )[0]
    before = house.submit(
        replace(
            make_interview(
                Person("Grace Liu", "grace.liu@northwind.example"),
                company="Northwind Labs",
                start=TUESDAY + timedelta(days=2, hours=3),
            ),
            reasons="",
            took_place=None,
            role="Data Analyst",
            place=_NEW_YORK,
        )
    )[0]
    house.submit(
        replace(
            make_interview(
                Person("Omar Haddad", "omar@quayside.example"), company="Quayside Studio"
            ),
            role="Designer",
            place=_NEW_YORK,
            reasons="You show unfinished work to the people it is for, and I have missed that.",
        )
    )
    rest_day = house.submit(
        replace(
            make_interview(
                Person("Elin Berg", "elin.berg@fjord.example"),
                company="Fjord Rail",
            ),
            overrides=Overrides(days_off=frozenset({date(2026, 12, 9)})),
            reasons="",
            took_place=None,
            role="Planner",
        )
    )[0]
    return {
        "scheduled": first.id,
        "checked": checked.id,
        "sent": agency.id,
        "debrief": debrief.interview_id,
        "before": before.interview_id,
        "rest_day": rest_day.interview_id,
    }

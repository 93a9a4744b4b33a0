"""Prints what a submission came to: what was stored, when it goes, and what it needs for that."""

from typing import Any

from service import interviews, timing
from service.actions import looking, needs, submitting
from service.actions.planning import Plan
from service.app import App
from service.cli import printing
from service.cli.printing import say, tell
from service.records import Candidate
from service.writing.readers import What


def list_choices(plan: Plan) -> list[dict[str, Any]]:
    """Return what `--json` shows of the ways around a rest day, with their real times."""
    return [
        {
            "rest_days": choice.rest_days,
            "is_default": choice.is_default,
            "goes_out_at": {
                key: slot.at for key, slot in zip(plan.planned.readers, choice.slots, strict=True)
            },
        }
        for choice in plan.planned.choices
    ]


def say_submitted(
    app: App, candidate: Candidate, plan: Plan, done: submitting.Submitted, *, json: bool
) -> None:
    """Print what was stored, and what it needs to happen."""
    if json:
        ids = {follow_up.id for follow_up in done.follow_ups}
        listed = looking.list_all(app.office, candidate)
        printing.say_json(
            {
                "interview": f"i{done.interview.id}",
                "follow_ups": [
                    printing.as_json(each) for each in listed if each.follow_up.id in ids
                ],
                "choices": list_choices(plan),
            }
        )
        return
    say(f"i{done.interview.id}  {done.interview.company}: stored")
    cities = {
        person.id: interviews.place_of(done.interview, person).city
        for person in done.interview.people
    }
    for follow_up in done.follow_ups:
        state = printing.describe_state(follow_up)
        when = ""
        if follow_up.slot is not None and follow_up.waiting_for is None:
            city = cities.get(follow_up.person_id)
            when = f", {timing.describe(follow_up.slot, user_zone=candidate.zone, city=city)}"
        say(f"f{follow_up.id}  to {follow_up.to_name}: {state}{when}")
        command = needs.next_command(follow_up)
        if command:
            say(f"    {command}")
    for follow_up in done.untouched:
        say(f"f{follow_up.id}  to {follow_up.to_name}: {follow_up.state}, left as it is")
    for follow_up in done.stopped:
        say(f"f{follow_up.id}  to {follow_up.to_name}: stopped, not met")
    if any(each.waiting_for is None for each in done.follow_ups):
        printing.tell_not_running(looking.is_running(app.office))


def tell_missing(plan: Plan) -> None:
    """Say what only the user can give, each with the flag that gives it."""
    for missing in plan.missing:
        if missing.what is What.REASONS and missing.person is None:
            tell('still missing: your own reasons: --why "..."')
        else:
            tell(f"still missing: {_MISSING[missing.what].format(name=missing.person)}")


_MISSING = {
    What.ADDRESS: 'an address for {name}, or who passes it on: --address "{name}: ..."',
    What.LINE: 'one thing you talked about with {name}: --line "{name}: ..."',
    What.REASONS: (
        "another reason for {name}, whose mail would read like one that is written already: "
        '--why-for "{name}: ..."'
    ),
    What.NAME: 'how the greeting names {name}: --person "Name <{name}>"',
    What.LANGUAGE: 'your own words in the language of {name}: --why-for "{name}: ..."',
}


def tell_needed(plan: Plan, candidate: Candidate) -> None:
    """Say what the first mail needs of this computer."""
    ready = [mail.slot for mail in plan.mails if mail.slot and mail.waiting_for is None]
    if ready:
        first = min(slot.at for slot in ready)
        moment = timing.describe_moment(first, candidate.zone, user_zone=candidate.zone)
        tell(f"This computer must be awake and online on {moment}.")

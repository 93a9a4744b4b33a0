"""The text of a mail: preview, edit, accept, check."""

from dataclasses import asdict
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Annotated

import typer

from service.actions import copying, finding, looking, wording
from service.actions.office import Office
from service.cli import editor, marking, printing
from service.cli.flags import AsJson, Id, Mail
from service.cli.given import load_answered
from service.cli.loading import load
from service.cli.printing import say, tell
from service.cli.session import opened
from service.editing import Kept
from service.errors import BadInput
from service.intake import kinds
from service.records import Candidate, FollowUp, Interview, Person, Text
from service.states import State
from service.writing import checks
from service.writing.findings import Finding, Severity


def preview(
    context: typer.Context,
    mail: Id,
    send_to_me: Annotated[
        bool, typer.Option("--send-to-me", help="Send one copy to your own address, marked so.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Show a mail as its reader will see it, with what the checks found marked in its place."""
    with opened(context) as app:
        candidate = app.office.candidate()
        found = finding.find(app.office, candidate, mail)
        looked = [wording.look(app.office, each) for each in found.follow_ups]
        if json:
            printing.say_json([_as_json(each) for each in looked])
            return
        for each in looked:
            _say_looked(each, candidate)
            if send_to_me:
                mailbox = copying.send_copy(app.office, candidate, each.follow_up)
                tell(f"A copy was sent to {mailbox.address}.")
        looking.note_shown(app.office, found.follow_ups)


def edit(
    context: typer.Context,
    mail: Mail,
    subject: Annotated[str | None, typer.Option(help="The new subject.")] = None,
    body_file: Annotated[
        str | None, typer.Option(metavar="FILE", help="The new text; - for stdin.")
    ] = None,
    reply: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A mail of the reader (.eml) that this one answers."),
    ] = None,
) -> None:
    """Edit a mail in $EDITOR, or with the flags; say what that changed in the findings."""
    with opened(context) as app:
        candidate = app.office.candidate()
        follow_up = _find_one(app.office, candidate, mail)
        if reply is not None:
            follow_up = _answer(app.office, candidate, follow_up, reply)
            if subject is None and body_file is None:
                _say_outcome(wording.look(app.office, follow_up), candidate)
                return
        before = Text(follow_up.subject, follow_up.body)
        text = _read_change(before, subject, body_file)
        if text == before:
            tell("Nothing was changed.")
            return
        edited = wording.edit(app.office, candidate, follow_up, text)
        for change in marking.describe_change(edited.before.findings, edited.after.findings):
            say(change)
        _say_outcome(edited.after, candidate)
        after = edited.after.follow_up
        if subject is None and body_file is None and after.state is State.SCHEDULED:
            # The editor held it whole, and the lines above have its time.
            looking.note_shown(app.office, [after])


def accept(
    context: typer.Context,
    mail: Mail,
    rules: Annotated[
        list[str] | None, typer.Argument(metavar="RULE...", help="What may stand, by its id.")
    ] = None,
) -> None:
    """Let what a check found stand; a mail that nothing else holds is scheduled."""
    with opened(context) as app:
        candidate = app.office.candidate()
        follow_up = _find_one(app.office, candidate, mail)
        if not rules:
            looked = wording.look(app.office, follow_up)
            holding = marking.holds(looked.findings)
            marking.say_findings([kept for kept in looked.findings if kept.blocks])
            hint = " ".join(holding) if holding else "nothing is to be accepted"
            raise BadInput("Say which finding may stand.", f"callback accept {mail} {hint}")
        looked = wording.accept(app.office, candidate, follow_up, rules)
        _say_outcome(looked, candidate)


def check(
    context: typer.Context,
    file: Annotated[
        str | None, typer.Argument(help="A text or a mail (.eml); - for stdin.")
    ] = None,
    about: Annotated[
        str | None, typer.Option("--for", metavar="ID", help="f12, or i3; else the only one.")
    ] = None,
    to: Annotated[str | None, typer.Option(help="Whom it is for, of several.")] = None,
    subject: Annotated[
        str | None, typer.Option(help="Its subject; else the line Subject: on top.")
    ] = None,
    rules: Annotated[bool, typer.Option("--rules", help="List every check.")] = False,
    json: AsJson = False,
) -> None:
    """Check any text against an interview; nothing is stored. Exit 1 when it would be held."""
    if rules:
        printing.say_rows((rule.id, rule.severity) for rule in (checks.EMPTY_BODY, *checks.RULES))
        return
    if file is None:
        raise BadInput("There is no text to check.", "callback check FILE, or - for stdin")
    text, message = _read_text(file, subject)
    with opened(context) as app:
        candidate = app.office.candidate()
        interview, reader, follow_up = _find_about(app.office, candidate, about, to, message)
        slot = follow_up.slot if follow_up else None
        found = wording.check_text(
            app.office,
            candidate,
            interview,
            reader,
            text,
            more_recipients=_more_recipients(message, reader),
            is_reply=message is not None and message["In-Reply-To"] is not None,
            sent_at=slot.at if slot else None,
        )
    if json:
        printing.say_json([asdict(each) for each in found])
    else:
        say(f"To        {reader.name}, about {interview.company}")
        marking.say_unstored(text, found)
        if not found:
            tell("Nothing was found.")
    if any(each.severity is not Severity.HINT for each in found):
        raise typer.Exit(1)


def _find_one(office: Office, candidate: Candidate, typed: str) -> FollowUp:
    found = finding.find(office, candidate, typed)
    if len(found.follow_ups) == 1:
        return found.follow_ups[0]
    names = tuple(f"f{each.id} to {each.to_name}" for each in found.follow_ups)
    raise BadInput(f"{typed} has {len(names)} mails.", "Say which one:", names)


def _say_looked(looked: wording.Looked, candidate: Candidate) -> None:
    follow_up = looked.follow_up
    address = f" <{follow_up.to_address}>" if follow_up.to_address else ""
    say(f"f{follow_up.id}       {printing.describe_state(follow_up)}")
    say(f"To        {follow_up.to_name}{address}")
    if follow_up.slot is not None:
        printing.say_slot(follow_up.slot, candidate.zone, looked.listed.city)
    marking.say_text(Text(follow_up.subject, follow_up.body), looked.findings)
    say()
    _tell_next(looked)


def _tell_next(looked: wording.Looked) -> None:
    follow_up = looked.follow_up
    holding = marking.holds(looked.findings)
    if holding and follow_up.state in (State.HELD, State.SCHEDULED):
        tell(f"Change it:   callback edit f{follow_up.id}")
        tell(f"Let stand:   callback accept f{follow_up.id} {' '.join(holding)}")


def _say_outcome(looked: wording.Looked, candidate: Candidate) -> None:
    follow_up = looked.follow_up
    say(f"f{follow_up.id} to {follow_up.to_name}: {printing.describe_state(follow_up)}")
    if follow_up.slot is not None and follow_up.state is State.SCHEDULED:
        printing.say_slot(follow_up.slot, candidate.zone, looked.listed.city)
    say(f"Subject   {follow_up.subject}")
    marking.say_findings([kept for kept in looked.findings if kept.blocks])
    _tell_next(looked)


def _answer(office: Office, candidate: Candidate, follow_up: FollowUp, file: str) -> FollowUp:
    answered = load_answered(file)
    if (follow_up.to_address or "").casefold() != answered.address.casefold():
        raise BadInput(
            f"{file} is a mail of {answered.address}; f{follow_up.id} goes to "
            f"{follow_up.to_address or follow_up.to_name}.",
            "Only a mail that the reader wrote is answered.",
        )
    return wording.answer(office, candidate, follow_up, answered.thread)


def _read_change(before: Text, subject: str | None, body_file: str | None) -> Text:
    """Return the text as the user wants it: by the flags, else from their editor."""
    if subject is not None or body_file is not None:
        written = before if body_file is None else _parse(_decode(body_file), before.subject)
        return Text(written.subject if subject is None else subject.strip(), written.body)
    return _parse(editor.edit(_lay_out(before)), before.subject)


def _lay_out(text: Text) -> str:
    return f"Subject: {text.subject}\n\n{text.body}\n"


def _parse(typed: str, subject: str) -> Text:
    """Read "Subject: ..." on the first line, then the text; without it the subject stays."""
    first, _, rest = typed.replace("\r\n", "\n").partition("\n")
    label, colon, value = first.partition(":")
    if colon and label.strip().casefold() == "subject":
        return Text(value.strip(), _strip(rest))
    return Text(subject, _strip(typed))


def _strip(body: str) -> str:
    return body.replace("\r\n", "\n").strip("\n").rstrip()


def _decode(file: str) -> str:
    return kinds.decode_strictly(load(file), "Standard input" if file == "-" else file)


def _read_text(file: str, subject: str | None) -> tuple[Text, EmailMessage | None]:
    """Read a text, or a mail with its headers."""
    data = load(file)
    if not kinds.is_mail(data):
        text = _parse(kinds.decode_strictly(data, file), subject or "")
        return (Text(subject, text.body) if subject is not None else text), None
    message = message_from_bytes(data, policy=policy.default)
    part = message.get_body(("plain",))
    if part is None:
        raise BadInput(f"{file} has no plain text.", "Save the text itself, and check that.")
    body = str(part.get_content())
    return Text(subject or str(message["Subject"] or ""), _strip(body)), message


def _find_about(
    office: Office,
    candidate: Candidate,
    about: str | None,
    to: str | None,
    message: EmailMessage | None,
) -> tuple[Interview, Person, FollowUp | None]:
    if about is None:
        about = wording.find_only_interview(office, candidate)
    found = finding.find(office, candidate, about)
    interview = wording.find_interview(office, candidate, found.interview_id)
    if to is None and about[:1] not in "iI":
        person_id = found.follow_ups[0].person_id
        reader = next(each for each in interview.people if each.id == person_id)
        return interview, reader, found.follow_ups[0]
    reader = wording.find_reader(interview, to or _addressed(message, interview))
    follow_up = next((each for each in found.follow_ups if each.person_id == reader.id), None)
    return interview, reader, follow_up


def _addressed(message: EmailMessage | None, interview: Interview) -> str | None:
    """Return the address of the first person of the interview whom a mail is addressed to."""
    known = {person.key for person in interview.people if person.address}
    return next((each for each in _recipients(message) if each in known), None)


def _recipients(message: EmailMessage | None) -> list[str]:
    if message is None:
        return []
    headers = [str(value) for name in ("To", "Cc", "Bcc") for value in message.get_all(name, [])]
    return [address.casefold() for _, address in getaddresses(headers) if address]


def _more_recipients(message: EmailMessage | None, reader: Person) -> tuple[str, ...]:
    return tuple(each for each in _recipients(message) if each != reader.key)


def _as_json(looked: wording.Looked) -> dict[str, object]:
    return {
        **printing.as_json(looked.listed),
        "body": looked.follow_up.body,
        "findings": [_finding_json(kept) for kept in looked.findings],
    }


def _finding_json(kept: Kept) -> dict[str, object]:
    finding: Finding = kept.finding
    return {**asdict(finding), "accepted_at": kept.accepted_at}

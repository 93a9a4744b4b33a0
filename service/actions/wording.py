"""What a user does with the text of a mail: look at it, edit, accept findings, check any text."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from service import editing, interviews, outbox
from service.actions import steering
from service.actions.office import Office, id_of
from service.editing import Kept
from service.errors import BadInput, NotFound, WrongState
from service.intake.texts import find_problem
from service.outbox import Listed
from service.records import Candidate, FollowUp, Interview, Kind, Person, Text, Thread
from service.states import State, WaitingFor
from service.writing import checks, readers
from service.writing.findings import Finding
from service.writing.readers import Reading
from service.writing.replies import reply_subject


@dataclass(frozen=True, slots=True)
class Looked:
    """A mail with what its checks found."""

    listed: Listed
    findings: tuple[Kept, ...]

    @property
    def follow_up(self) -> FollowUp:
        """The mail itself."""
        return self.listed.follow_up


@dataclass(frozen=True, slots=True)
class Edited:
    """A mail before and after a change of its text."""

    before: Looked
    after: Looked


def look(office: Office, follow_up: FollowUp) -> Looked:
    """Return a mail with what its checks found."""
    with office.database.read() as connection:
        return Looked(
            outbox.get_listed(connection, follow_up),
            editing.list_findings(connection, follow_up.id),
        )


def edit(office: Office, candidate: Candidate, follow_up: FollowUp, text: Text) -> Edited:
    """Give a mail the user's own text and check it; what it waited for may be mended by that.

    Raises:
        BadInput: the text cannot be stored.
        Conflict: it was changed since it was shown.
        WrongState: it is on its way, went, or was stopped.

    """
    _refuse_unusable(text)
    before, now = look(office, follow_up), office.now()
    with editing.write(office.database) as connection:
        written = outbox.write_text(
            connection,
            follow_up.id,
            text,
            is_edited=True,
            at=now,
            by="user",
            version=follow_up.version,
        )
        if written.waiting_for is WaitingFor.WORDS:
            # What lacked words has them now; what else stands against it is judged below.
            waiting_for = WaitingFor.ACCEPTANCE
            written = outbox.hold(
                connection, follow_up.id, waiting_for, at=now, by="user", reason="it has words now"
            )
        editing.review(connection, written, off=office.off(), at=now)
    return Edited(before, look(office, steering.let_go(office, candidate, follow_up)))


def tidy(subject: str, body: str) -> Text:
    """Return a text as it is stored: browsers and programs send line ends of their own."""
    return Text(subject.strip(), body.replace("\r\n", "\n").strip("\n").rstrip())


def answer(office: Office, candidate: Candidate, follow_up: FollowUp, thread: Thread) -> FollowUp:
    """Make a mail the answer to one that its reader wrote; its subject becomes that one's.

    Raises:
        WrongState: it is on its way, went, or was stopped.

    """
    now = office.now()
    with editing.write(office.database) as connection:
        interview = interviews.get(
            connection, follow_up.interview_id, candidate_id=id_of(candidate)
        )
        people = tuple(
            replace(person, thread=thread) if person.id == follow_up.person_id else person
            for person in interview.people
        )
        interviews.save_people(connection, replace(interview, people=people))
        outbox.answer(connection, follow_up.id, thread, at=now)
        text = Text(reply_subject(thread.subject), follow_up.body)
        written = outbox.write_text(
            connection,
            follow_up.id,
            text,
            is_edited=follow_up.is_edited,
            at=now,
            by="user",
            reason="it answers a mail",
        )
        editing.review(connection, written, off=office.off(), at=now)
    return steering.let_go(office, candidate, follow_up)


def accept(
    office: Office, candidate: Candidate, follow_up: FollowUp, rules: Collection[str]
) -> Looked:
    """Let what these rules found stand; the mail is scheduled when nothing else holds it.

    Raises:
        BadInput: one of the rules found nothing that holds the mail.
        WrongState: it is on its way, went, or was stopped.

    """
    if follow_up.state not in (State.HELD, State.SCHEDULED):
        raise WrongState(
            f"f{follow_up.id} to {follow_up.to_name} is {follow_up.state}; "
            "there is nothing to accept.",
            f"callback show f{follow_up.id}",
        )
    with office.database.write() as connection:
        editing.accept(connection, follow_up, rules, at=office.now())
    return look(office, steering.let_go(office, candidate, follow_up))


def check_as(
    office: Office, candidate: Candidate, follow_up: FollowUp, text: Text
) -> tuple[Kept, ...]:
    """Check a text as that of a stored mail; what was accepted of it stays so. Nothing is stored.

    Raises:
        BadInput: it could not be stored.

    """
    _refuse_unusable(text)
    interview = find_interview(office, candidate, follow_up.interview_id)
    reader = next(each for each in interview.people if each.id == follow_up.person_id)
    sent_at = follow_up.slot.at if follow_up.slot else None
    found = check_text(office, candidate, interview, reader, text, sent_at=sent_at)
    with office.database.read() as connection:
        return editing.keep_accepted(editing.list_findings(connection, follow_up.id), found)


def check_text(
    office: Office,
    candidate: Candidate,
    interview: Interview,
    reader: Person,
    text: Text,
    *,
    more_recipients: tuple[str, ...] = (),
    is_reply: bool = False,
    sent_at: datetime | None = None,
) -> tuple[Finding, ...]:
    """Check any text as if `reader` got it about `interview`; nothing is stored."""
    if is_reply and reader.thread is None:
        thread = Thread("<checked@callback.invalid>", subject=text.subject)
        answering = replace(reader, thread=thread)
        people = tuple(answering if each == reader else each for each in interview.people)
        interview, reader = replace(interview, people=people), answering
    reading = _reading_of(interview, reader)
    with office.database.read() as connection:
        circumstances = editing.gather(
            connection,
            candidate,
            interview,
            reading,
            sent_at=sent_at,
            beside=_beside(office, candidate, interview, reader),
        )
    circumstances = replace(circumstances, more_recipients=more_recipients)
    return checks.check(text, circumstances, off=office.off())


def _reading_of(interview: Interview, reader: Person) -> Reading:
    """Return how `reader` would read it, were they met or not."""
    routed = readers.route(interview).readers
    found = next((each for each in routed if each.reader == reader), None)
    if found is not None:
        return found
    if reader.kind is Kind.REPRESENTATIVE:
        about = tuple(each for each in interview.people if each.kind is Kind.INTERVIEWER)
        return Reading(reader, about, readers.Form.AGENCY)
    return Reading(reader, (reader,), readers.Form.OWN)


def _beside(
    office: Office, candidate: Candidate, interview: Interview, reader: Person
) -> tuple[checks.OtherNote, ...]:
    with office.database.read() as connection:
        notes = outbox.list_notes(connection, id_of(candidate), interviews.fold(interview.company))
    return tuple(
        checks.OtherNote(note.to_name, note.body)
        for note in notes
        if note.interview_id == interview.id and note.reader_key != reader.key
    )


def find_interview(office: Office, candidate: Candidate, interview_id: int) -> Interview:
    """Return one interview of the candidate."""
    with office.database.read() as connection:
        return interviews.get(connection, interview_id, candidate_id=id_of(candidate))


def find_only_interview(office: Office, candidate: Candidate) -> str:
    """Return the id of the candidate's only interview, as it is typed.

    Raises:
        NotFound: there is none.
        BadInput: there are several.

    """
    with office.database.read() as connection:
        listed = outbox.list_follow_ups(connection, id_of(candidate))
    ids = {f"i{each.follow_up.interview_id}": each.company for each in listed}
    if not ids:
        raise NotFound("No interview was added yet.", "callback add invitation.ics")
    if len(ids) > 1:
        names = tuple(f"{each}  {company}" for each, company in sorted(ids.items()))
        raise BadInput("About which interview?", "--for ID", names)
    return next(iter(ids))


def find_reader(interview: Interview, named: str | None) -> Person:
    """Return whom a text is for: the one named, else the only reader of the interview.

    Raises:
        NotFound: nobody of that name is there.
        BadInput: several could be meant.

    """
    if named is None:
        candidates = [each.reader for each in readers.route(interview).readers]
    else:
        wanted = named.strip().casefold()
        candidates = [
            person
            for person in interview.people
            if wanted in (person.key, person.name.casefold(), *person.name.casefold().split())
        ]
    if len(candidates) == 1:
        return candidates[0]
    names = tuple(person.name for person in candidates or interview.people)
    if not candidates:
        raise NotFound(f'Nobody called "{named or ""}" is in i{interview.id}.', f"--to {names[0]}")
    raise BadInput("Several people could be meant.", "Say whom: --to NAME", names)


def _refuse_unusable(text: Text) -> None:
    problems = [f"the subject {problem}" for problem in [find_problem(text.subject)] if problem] + [
        f"the text {problem}" for problem in [find_problem(text.body, is_prose=True)] if problem
    ]
    if not text.subject.strip():
        problems.append("the subject is empty")
    if not text.body.strip():
        problems.append("the text is empty")
    if problems:
        raise BadInput("The text cannot be used.", "Nothing was changed.", tuple(problems))

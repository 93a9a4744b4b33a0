"""`callback demo`: the whole job under a fast clock, with the real queue, scheduler and mailbox.

Nothing leaves this computer: the mailbox is the local one, in a folder of its own that is removed
at the end. The night passes at two hours a second, the morning at four minutes a second.
"""

import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import sqlalchemy as sa

from service import daemon, timing
from service.actions import examples, planning, submitting
from service.actions.looking import list_all
from service.actions.office import id_of
from service.app import LOCAL_FOLDER, App
from service.cli import printing, timeline
from service.cli.printing import say, tell
from service.clock import Clock, real_now
from service.config import Settings
from service.errors import BadInput, ServiceError
from service.scheduler import Scheduler
from service.schema import follow_ups
from service.states import State

_MORNING = datetime(2026, 12, 9, 8, 58, tzinfo=UTC)
_NIGHT_RATE, _MORNING_RATE = 7200, 240
_NIGHT_SECONDS = (_MORNING - examples.EVENING) / timedelta(seconds=_NIGHT_RATE)
_PATIENCE_SECONDS = 45


def show(keep: Path | None) -> None:
    """Show the demo; keep its data in `keep` when given.

    Raises:
        BadInput: `keep` is not empty.
        ServiceError: not every mail arrived in time.

    """
    if keep is not None:
        if keep.exists() and any(keep.iterdir()):
            raise BadInput(f"{keep} is not empty.", "Name a new folder.")
        _show(keep)
        tell(f"The demo's data is kept in {keep}.")
        return
    with tempfile.TemporaryDirectory(prefix="callback-demo-") as folder:
        _show(Path(folder))


def _show(folder: Path) -> None:
    say("Two interviews on Tuesday 8 December: three people of one company, and one through")
    say("an agency. It is Tuesday evening; the mails go out in the morning.")
    say()
    expected = _submit(folder)
    tell("The night passes: two hours a second. Nothing is sent.")
    _run(folder, examples.EVENING, _NIGHT_RATE, lambda _app: False, _NIGHT_SECONDS)
    tell("Wednesday 08:58. The morning passes: four minutes a second.")
    _run(folder, _MORNING, _MORNING_RATE, _is_done, _PATIENCE_SECONDS)
    arrived = _read_mails(folder)
    say()
    for mail in arrived:
        _say_mail(mail)
    say("-" * 72)
    say(f"{len(arrived)} mails, each to one person, each different, none before the morning after.")
    say("Next: callback connect gmail, or callback connect outlook; then callback add.")
    if len(arrived) != expected:
        raise ServiceError(f"Only {len(arrived)} of {expected} mails arrived in time.")


def _open(folder: Path, start: datetime, rate: float) -> App:
    clock = Clock(start=start, since=real_now(), rate=rate)
    app = App(Settings(), None, folder=folder, clock=clock)
    app.prepare()
    return app


def _submit(folder: Path) -> int:
    """Connect the local mailbox, submit both interviews, and return how many mails are expected."""
    app = _open(folder, examples.EVENING, 0)
    try:
        candidate = app.office.save_candidate(examples.CANDIDATE)
        local = type(app.provider("local")).accesses[0]
        begun = app.mailboxes.begin(id_of(candidate), "local", local, "")
        app.mailboxes.finish(id_of(candidate), begun.state, "", name=candidate.name)
        for interview in examples.INTERVIEWS:
            plan = planning.draw_up(app.office, candidate, interview)
            submitting.submit(app.office, candidate, plan)
        listed = list_all(app.office, candidate)
        timeline.say_days(listed, candidate, examples.EVENING)
        say()
        return len(listed)
    finally:
        app.close()


def _run(
    folder: Path, start: datetime, rate: float, is_done: Callable[[App], bool], seconds: float
) -> None:
    """Let the service run under a clock, until `is_done` or for `seconds` of real time."""
    app = _open(folder, start, rate)
    try:
        delivery = daemon.make_delivery(app)
        arrived = threading.Event()

        def work(mailbox_id: int) -> None:
            delivery.work(mailbox_id)
            if is_done(app):
                arrived.set()

        scheduler = Scheduler(app.database, app.clock, work)
        scheduler.start()
        arrived.wait(seconds)
        scheduler.stop()
    finally:
        app.close()


def _is_done(app: App) -> bool:
    with app.database.read() as connection:
        open_count = connection.scalar(
            sa.select(sa.func.count())
            .select_from(follow_ups)
            .where(follow_ups.c.state.in_((State.SCHEDULED, State.SENDING)))
        )
    return open_count == 0


def _read_mails(folder: Path) -> list[EmailMessage]:
    mails = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in (folder / LOCAL_FOLDER / "new").iterdir()
    ]
    found = [mail for mail in mails if isinstance(mail, EmailMessage)]
    return sorted(found, key=_date_of)


def _date_of(mail: EmailMessage) -> datetime:
    moment: datetime = mail["Date"].datetime
    return moment


def _say_mail(mail: EmailMessage) -> None:
    say("-" * 72)
    say(f"{timing.describe_moment(_date_of(mail), 'Europe/London', user_zone='Europe/London')}")
    say(f"To       {mail['To']}")
    say(f"Subject  {mail['Subject']}")
    say()
    body = mail.get_body()
    say(printing.indent(body.get_content().strip() if body else ""))
    say()

"""`callback run`: starts the scheduler, and stops it on SIGTERM with the work in hand finished.

The house, from the top; imports only point down, and a linter holds it:

    cli         parses, calls one action, prints
    daemon      this file
    web         the page and the API; calls the same actions as the commands
    scheduler   APScheduler: when to look again; the table is the truth
    replanning  at start, what was planned from other settings or data than today's
    notices     what the user must hear of, and the ways to reach them
    app         gathers configuration, database, vault, mailboxes
    actions     one function per thing a user does
    delivery    claim -> provider -> record; look again; alone calls a mailbox's send
    slots       the slots of stored interviews, and what they were planned from
    mailboxes   connect, keep alive, disconnect; alone reads and refreshes grants
    intake      files, flags and invitations -> Interview
    writing     Interview and slot -> subject and body; findings
    timing      Interview and policy -> slot
    outbox      the queue: every transition one guarded UPDATE and one event row
    vault, schema, database, config, clock, records, states, errors

A follow-up flows one way: intake -> timing -> writing -> outbox -> delivery -> provider. Each
mailbox is worked by one thread of one process at a time, under a lease; every step of an attempt is
committed before the next is taken, so that whatever kills the process, its last committed step says
what may have happened to the mail (docs/sending-once.md).
"""

import signal
import threading
from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING

from service import heartbeats, outbox, replanning
from service.app import App
from service.delivery import Delivery
from service.errors import BadConfiguration
from service.logs import log
from service.mailboxes.probing import PROBE_SECONDS, Prober
from service.notices.monitor import PING_SECONDS, find_monitor
from service.notices.rounds import ROUND_SECONDS, make_notifier
from service.scheduler import Chore, Scheduler

if TYPE_CHECKING:  # loaded after the first look
    from service.web.server import Server


def run(app: App) -> None:
    """Send what falls due until SIGTERM or SIGINT; then finish the mails in hand and return.

    Raises:
        Conflict: another service already runs on this SQLite database.

    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with heartbeats.alone(app.database):
        owner = app.owner()
        delivery = make_delivery(app)
        pulse = heartbeats.Pulse(
            app.database, owner, app.clock, version("call-back"), lambda: scheduler.looked_at
        )
        scheduler = Scheduler(
            app.database,
            app.clock,
            lambda mailbox_id: delivery.work(
                mailbox_id,
                is_stopping=lambda: scheduler.is_stopping,
                makes_way=lambda: scheduler.makes_way(mailbox_id),
            ),
            [
                Chore("beat", heartbeats.BEAT_SECONDS, pulse.beat),
                *_list_chores(app, lambda: scheduler.is_looking),
            ],
        )
        pulse.beat()
        replanning.bring_up_to_date(app.office)
        app.mailboxes.warm_up()
        scheduler.start()
        log.info("service started", action="run", owner=owner.id)
        page = _serve(app)
        stop.wait()
        log.info("service stopping", action="stop", owner=owner.id)
        if page is not None:
            page.stop()
        scheduler.stop()
        pulse.leave()
        log.info("service stopped", action="stop", owner=owner.id)


def run_once(app: App) -> int:
    """Do one round over every mailbox that has work; return how many mails were tried."""
    with heartbeats.alone(app.database):
        replanning.bring_up_to_date(app.office)
        delivery = make_delivery(app)
        with app.database.read() as connection:
            mailbox_ids = outbox.find_mailboxes_with_work(connection, app.clock.now())
        tried = sum(delivery.work(mailbox_id) for mailbox_id in mailbox_ids)
        for chore in _list_chores(app, lambda: True):
            chore.do()
        return tried


def _serve(app: App) -> "Server | None":
    """Serve the page; without it mails go all the same, so that its trouble stops nothing."""
    from service.web.server import Server

    try:
        page = Server(app)
    except BadConfiguration as error:
        log.error("page not served", action="web", reason=error.message)
        return None
    page.start()
    return page


def make_delivery(app: App) -> Delivery:
    """Return the delivery of this process."""
    office = app.office
    return Delivery(
        app.database,
        app.clock,
        app.mailboxes,
        app.owner(),
        office.policy,
        office.off(),
        is_approval_required=office.is_approval_required,
    )


def _list_chores(app: App, is_looking: Callable[[], bool]) -> list[Chore]:
    """Return what is done beside the sending: probe sign-ins, tell the user, call the monitor.

    The monitor is called only while the scheduler looks for what is due: it is to notice a service
    that lives and sends nothing, too.
    """
    chores = [
        Chore("probe", PROBE_SECONDS, Prober(app.database, app.mailboxes).round),
        Chore("notify", ROUND_SECONDS, make_notifier(app).round),
    ]
    monitor = find_monitor(app)
    if monitor is not None:
        chores.append(Chore("ping", PING_SECONDS, lambda: monitor.ping() if is_looking() else None))
    return chores

"""Setting up: connect, mailboxes, disconnect, doctor."""

import sys
import time
import webbrowser
from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from providers import registry
from providers.base import Access
from providers.errors import ProviderError
from service.actions import accounts, consents
from service.actions.office import id_of
from service.app import App
from service.cli import asking, printing
from service.cli.printing import say, tell
from service.cli.session import candidate_or_stranger, opened
from service.clock import real_now
from service.errors import BadInput, NotFound, ServiceError, SignInFailed
from service.intake import texts
from service.records import Candidate, Mailbox
from service.timing.words import name_minute

SIGN_IN_SECONDS = 600
_PASTE_PORT = 8931
"""Where the browser ends in a sign-in without one here: nothing listens, the address is pasted."""


def connect(
    context: typer.Context,
    provider: Annotated[str, typer.Argument(metavar="PROVIDER", help="gmail, outlook or local.")],
    access: Annotated[
        Access | None,
        typer.Option(help="How much to allow: gmail drafts, outlook send-only unless you say so."),
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Show the address, read the one it ended on.")
    ] = False,
    device: Annotated[
        bool, typer.Option("--device", help="Outlook: type a code on another device.")
    ] = False,
    testing: Annotated[
        bool | None,
        typer.Option(
            "--testing/--no-testing",
            help="Gmail: whether your Google project is in Testing, which ends sign-ins in a week.",
        ),
    ] = None,
    another_account: Annotated[
        bool,
        typer.Option("--another-account", help="Not the account that mails wait for."),
    ] = False,
    name: Annotated[str | None, typer.Option(help="Your name, for From and the sign-off.")] = None,
    signature: Annotated[
        list[str] | None,
        typer.Option(metavar="LINE", help="A line below your name; up to three."),
    ] = None,
) -> None:
    """Authorise a mailbox, once."""
    with opened(context) as app:
        try:
            kind = registry.load(provider)
        except ProviderError as error:
            raise BadInput(error.detail, "callback connect gmail") from error
        chosen = access or kind.accesses[0]
        if chosen not in kind.accesses:
            offered = ", ".join(kind.accesses)
            raise BadInput(f"{provider} does not offer the access {chosen}.", f"It has: {offered}.")
        _open_client(app, provider)
        candidate = _introduce(app, name, tuple(signature or ()))
        _explain(provider, chosen)
        try:
            if provider == "local":
                mailbox = _connect_local(app, candidate, chosen)
            elif device:
                mailbox = _connect_device(
                    app, candidate, provider, chosen, is_other_allowed=another_account
                )
            else:
                mailbox = _connect_page(
                    app,
                    candidate,
                    provider,
                    chosen,
                    no_browser=no_browser,
                    is_other_allowed=another_account,
                )
        except ProviderError as error:
            raise SignInFailed(
                f"{provider} was not connected: {error.detail}", f"callback connect {provider}"
            ) from error
        say(f"Connected {printing.name_mailbox(mailbox)}, access {mailbox.access}.")
        _settle_testing(app, mailbox, testing)
        adopted = accounts.adopt_waiting(app.office, candidate)
        for follow_up in adopted:
            state = printing.describe_state(follow_up)
            say(f"  f{follow_up.id} to {follow_up.to_name} waited for a mailbox: now {state}")


def _open_client(app: App, provider: str) -> None:
    """Notice before anything is asked that no client is set up, or that its file is none."""
    try:
        app.provider(provider)
    except ProviderError as error:
        raise BadInput(
            error.detail, f"docs/{provider}.md says where the file comes from"
        ) from error


def list_mailboxes(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the connected mailboxes and how their sign-ins are."""
    with opened(context) as app:
        candidate = app.office.find_candidate()
        connected = app.mailboxes.list(id_of(candidate)) if candidate else []
        if json:
            printing.say_json([_as_json(app, mailbox) for mailbox in connected])
            return
        if not connected:
            tell("No mailbox is connected.")
            tell("  callback connect gmail, or callback connect outlook")
            return
        printing.say_rows(
            (printing.name_mailbox(mailbox), f"access {mailbox.access}", _say_health(app, mailbox))
            for mailbox in connected
        )


def disconnect(
    context: typer.Context,
    mailbox: Annotated[str, typer.Argument(metavar="ADDRESS", help="The mailbox, or gmail ...")],
) -> None:
    """Take the access back: revoke it at the provider where possible, and forget it here."""
    with opened(context) as app:
        candidate = app.office.candidate()
        found = _find_mailbox(app, candidate, mailbox)
        try:
            page, held = accounts.disconnect(app.office, candidate, found)
        except (ProviderError, ServiceError) as error:
            tell(f"The provider could not be told: {error}")
            page, held = None, 0
        say(f"Disconnected {printing.name_mailbox(found)}; its sign-in is forgotten here.")
        if page:
            say(f"Take the access back there, too: {page}")
        if held:
            say(f"Mails that now wait for another mailbox: {held}")


def doctor(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    send_test: Annotated[
        bool,
        typer.Option("--send-test", help="Also send you a test in every way that you are told."),
    ] = False,
) -> None:
    """Name each thing that is broken, and the command that mends it."""
    from service.upkeep import doctor as upkeep

    with opened(context) as app:
        checks = upkeep.examine(app)
        if send_test:
            checks += upkeep.send_test(app)
        if json:
            printing.say_json([asdict(check) for check in checks])
        for check in checks if not json else ():
            say(f"{'ok  ' if check.is_ok else 'MEND'}  {check.message}")
            if not check.is_ok and check.mend:
                say(f"      {check.mend}")
        broken = sum(not check.is_ok for check in checks)
        if not json:
            say(f"{len(checks)} things looked at, {broken} to mend")
        if broken:
            raise typer.Exit(1)


def _introduce(app: App, name: str | None, signature: tuple[str, ...]) -> Candidate:
    """Learn the candidate's name and signature at first use, or change them when they are given."""
    known = candidate_or_stranger(app)
    if known.id is None and name is None:
        if not asking.is_interactive():
            raise BadInput("Your name is needed, for From and the sign-off.", "--name 'Your Name'")
        name = asking.ask_until("Your name, as it stands in From and under the mail:")
    if not signature and not known.signature and asking.is_interactive():
        signature = _ask_signature()
    if len(signature) > 3:
        raise BadInput("A signature has up to three lines.", "Leave some out.")
    changed = Candidate(
        id=known.id,
        name=(known.name if name is None else name).strip(),
        zone=known.zone,
        language=known.language,
        signature=signature or known.signature,
    )
    _refuse_line_breaks(changed)
    if changed == known:
        return known
    saved = app.office.save_candidate(changed)
    for follow_up in accounts.rewrite_unsent(app.office, saved) if known.id else ():
        tell(f"f{follow_up.id} to {follow_up.to_name} is signed anew")
    return saved


def _ask_signature() -> tuple[str, ...]:
    lines: list[str] = []
    tell("Up to three lines below your name, such as a telephone number; Enter ends.")
    while len(lines) < 3:
        line = asking.ask(f"  line {len(lines) + 1}:")
        if not line:
            break
        lines.append(line)
    return tuple(lines)


def _refuse_line_breaks(candidate: Candidate) -> None:
    if not candidate.name:
        raise BadInput("Your name is needed, for From and the sign-off.", "--name 'Your Name'")
    for what, text in (("name", candidate.name), *(("signature", t) for t in candidate.signature)):
        problem = texts.find_problem(text)
        if problem:
            raise BadInput(f"The {what} {problem}.", f"--{what} 'one line'")


def _explain(provider: str, access: Access) -> None:
    if provider == "local":
        tell("Mails are kept on this computer and sent to nobody.")
        return
    tell(consents.ALLOWS[provider, access])
    tell(consents.CONSENT[provider, access])
    tell(consents.BEFORE[provider])
    tell(consents.AT_WORK)
    tell(f"You have {SIGN_IN_SECONDS // 60} minutes.")


def _connect_local(app: App, candidate: Candidate, access: Access) -> Mailbox:
    begun = app.mailboxes.begin(id_of(candidate), "local", access, "")
    return app.mailboxes.finish(id_of(candidate), begun.state, "", name=candidate.name)


def _connect_page(
    app: App,
    candidate: Candidate,
    provider: str,
    access: Access,
    *,
    no_browser: bool,
    is_other_allowed: bool,
) -> Mailbox:
    from providers import oauth

    candidate_id = id_of(candidate)
    if no_browser:
        redirect_uri = f"http://localhost:{_PASTE_PORT}"
        begun = app.mailboxes.begin(
            candidate_id, provider, access, redirect_uri, is_other_allowed=is_other_allowed
        )
        tell("Open this address in any browser and allow the access:")
        say(begun.url)
        tell("The browser ends on an address that cannot be shown. Paste that address here:")
        answer = _read_answer()
    else:
        with oauth.listen(timeout_seconds=SIGN_IN_SECONDS) as listener:
            begun = app.mailboxes.begin(
                candidate_id,
                provider,
                access,
                listener.redirect_uri,
                is_other_allowed=is_other_allowed,
            )
            if not webbrowser.open(begun.url):
                tell("No browser could be opened. Open this address in one on this computer:")
                say(begun.url)
            else:
                tell("Your browser is open: allow the access there.")
            answer = listener.wait(state=begun.state)
    return app.mailboxes.finish(
        candidate_id,
        begun.state,
        answer,
        name=candidate.name,
        is_other_allowed=is_other_allowed,
    )


def _settle_testing(app: App, mailbox: Mailbox, is_testing: bool | None) -> None:
    """Learn once whether Google ends this sign-in after a week, and say when that will be."""
    if mailbox.provider != "gmail":
        return
    if is_testing is None and mailbox.is_testing is None and asking.is_interactive():
        tell("Google ends sign-ins after seven days while your Google project is in Testing.")
        tell("Google Auth Platform > Audience shows its publishing status.")
        is_testing = asking.confirm("Is it in Testing?", default=False)
    if is_testing is not None:
        app.mailboxes.note_testing(mailbox, is_testing=is_testing)
        mailbox = app.mailboxes.get(mailbox.id)
    ends_at = app.mailboxes.ends_at(mailbox)
    if ends_at is not None:
        say(f"Its sign-in ends {_name_moment(app, ends_at)}; you are told before a mail needs it.")
        if is_testing is None:
            tell("Is the project published by now? Then: callback connect gmail --no-testing")
    elif mailbox.is_testing is None:
        tell("If your Google project is in Testing, say so: callback connect gmail --testing")


def _read_answer() -> str:
    answer = sys.stdin.readline().strip()
    if not answer:
        raise SignInFailed("No address was pasted; nothing was connected.")
    return answer


def _connect_device(
    app: App, candidate: Candidate, provider: str, access: Access, *, is_other_allowed: bool
) -> Mailbox:
    client = app.provider(provider)
    begin = getattr(client, "begin_device_sign_in", None)
    if begin is None:
        raise BadInput(f"{provider} has no sign-in by code.", "Leave --device out, or --no-browser")
    flow = begin(access)
    say(f"Open {flow.verification_url} on any device and type {flow.user_code}")
    give_up_at = time.monotonic() + min(flow.expires_in_seconds, SIGN_IN_SECONDS)
    grant = client.finish_device_sign_in(flow, access, lambda: time.monotonic() > give_up_at)  # type: ignore[attr-defined]  # only providers with begin_device_sign_in come here
    return app.mailboxes.admit(
        id_of(candidate),
        provider,
        access,
        grant,
        name=candidate.name,
        is_other_allowed=is_other_allowed,
    )


def _find_mailbox(app: App, candidate: Candidate, typed: str) -> Mailbox:
    connected = app.mailboxes.list(id_of(candidate))
    chosen = [
        mailbox
        for mailbox in connected
        if typed.casefold() in (mailbox.address.casefold(), mailbox.provider)
    ]
    if len(chosen) != 1:
        raise NotFound(
            f"{typed} names {'no' if not chosen else 'more than one'} connected mailbox.",
            "callback mailboxes",
        )
    return chosen[0]


def _say_health(app: App, mailbox: Mailbox) -> str:
    """Say how a sign-in is, when it was last proved, and when it ends where that is known."""
    if mailbox.signed_out_at is not None:
        return f"signed out: {mailbox.signed_out_reason}  callback connect {mailbox.provider}"
    if mailbox.blocked_until is not None and mailbox.blocked_reason:
        return f"waits: {mailbox.blocked_reason}"
    health = app.mailboxes.health(mailbox)
    if health is None or mailbox.provider == "local":
        return "signed in"
    told = f"signed in, proved {_name_moment(app, health.proved_at)}"
    return f"{told}; ends {_name_moment(app, health.ends_at)}" if health.ends_at else told


def _name_moment(app: App, moment: datetime) -> str:
    """Name a real moment on the candidate's clock, with its weekday."""
    zone = ZoneInfo(candidate_or_stranger(app).zone)
    local = moment.astimezone(zone)
    is_today = local.date() == real_now().astimezone(zone).date()
    return f"today {local:%H:%M}" if is_today else name_minute(local)


def _as_json(app: App, mailbox: Mailbox) -> dict[str, object]:
    health = app.mailboxes.health(mailbox)
    return {
        "address": mailbox.address,
        "provider": mailbox.provider,
        "access": mailbox.access,
        "signed_out_at": mailbox.signed_out_at,
        "signed_out_reason": mailbox.signed_out_reason,
        "blocked_until": mailbox.blocked_until,
        "blocked_reason": mailbox.blocked_reason,
        "proved_at": health.proved_at if health else None,
        "ends_at": health.ends_at if health else None,
    }

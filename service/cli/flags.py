"""The flags that several commands share, each with its one meaning."""

from dataclasses import dataclass
from typing import Annotated

import typer

from service.records import RestDays

Id = Annotated[
    str, typer.Argument(metavar="ID", help="f12 is a mail, i3 all mails of an interview.")
]
Mail = Annotated[str, typer.Argument(metavar="ID", help="The mail: f12.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Yes = Annotated[bool, typer.Option("--yes", help="Ask nothing, accept no warning.")]
Why = Annotated[str | None, typer.Option(help="Your own reasons, whole sentences.")]
WhyFor = Annotated[list[str] | None, typer.Option(help='"Name: reasons" for that person alone.')]
Lines = Annotated[list[str] | None, typer.Option(help='"Name: one thing you talked about".')]
Addresses = Annotated[list[str] | None, typer.Option(help='"Name: address", or who passes it on.')]
Forms = Annotated[
    list[str] | None,
    typer.Option(help='"Name: Ms", or Mr, Frau, Madame, Dr, du, "first name"; never guessed.'),
]
Languages = Annotated[
    list[str] | None, typer.Option(help='Of the mails, "de"; or of one person\'s: "Name: fr".')
]
Replies = Annotated[
    list[str] | None,
    typer.Option(metavar="FILE", help="A mail of one of them (.eml) that is answered."),
]
Places = Annotated[
    list[str] | None,
    typer.Option("--place", help='"Name: Singapore", for who works elsewhere than the others.'),
]
RestDaysWay = Annotated[
    RestDays | None, typer.Option(help="When the morning after is no working day.")
]
Earliest = Annotated[str | None, typer.Option(help="From which hour of the reader's, like 10:00.")]
DaysOff = Annotated[
    list[str] | None, typer.Option("--day-off", help="Nobody works there then: 2026-12-24.")
]
WorkingDays = Annotated[
    list[str] | None, typer.Option("--working-day", help="They do work then: 2026-12-26.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How something is added. `is_agreed` is the user's word ahead: nothing is asked."""

    is_agreed: bool
    may_ask: bool
    dry_run: bool
    json: bool

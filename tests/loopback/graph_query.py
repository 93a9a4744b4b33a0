"""Reads the OData query options of Graph mail: $filter, $select, $expand, $orderby, $top, $skip.

Filters are comparisons for equality and "Any" over the extended properties, joined by "and"; other
forms are refused as Graph refuses a filter it cannot use. What the contract already checks (types,
names of the options) is taken for granted.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.loopback import graph_answers as answers
from tests.loopback.exchange import Request
from tests.loopback.graph_answers import NotModelled, Refused
from tests.loopback.graph_mailbox import PROPERTIES, Message, normalise_property_id

_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[A-Za-z_][\w./-]*|\d[\w.:+-]*|[():,])")
_EXPAND = re.compile(r"singleValueExtendedProperties\(\$filter=(.+)\)")
_COMPARABLE = {"internetMessageId": str, "conversationId": str, "subject": str, "isDraft": bool}
_SORTABLE = ("receivedDateTime", "sentDateTime", "createdDateTime", "lastModifiedDateTime")

Predicate = Callable[[Message], bool]


@dataclass(frozen=True, slots=True)
class Query:
    """The options of one request, read. `filter_names` are the properties in order of mention."""

    predicate: Predicate
    filter_names: tuple[str, ...]
    select: tuple[str, ...]
    expand_ids: tuple[str, ...]
    order: tuple[tuple[str, bool], ...]
    top: int
    skip: int
    has_count: bool

    @property
    def needs_extended(self) -> bool:
        """Say whether extended properties are read, which takes more than Mail.ReadBasic."""
        return bool(self.expand_ids) or "singleValueExtendedProperties" in self.filter_names


def read_query(request: Request) -> Query:
    """Read the options; raise Refused for those that Graph would not take."""
    options = {name: values[0] for name, values in request.query.items()}
    if "$search" in options:
        raise NotModelled("$search")
    predicate, names = _Filter(options["$filter"]).read() if "$filter" in options else (_any, ())
    order = _read_order(options.get("$orderby", ""))
    if names and order and tuple(name for name, _ in order) != names[: len(order)]:
        raise Refused(answers.inefficient_filter())
    top = int(options.get("$top", "10"))
    if not 1 <= top <= 1000:
        raise Refused(answers.bad_request("The query option $top must be between 1 and 1000."))
    return Query(
        predicate=predicate,
        filter_names=names,
        select=_read_select(options.get("$select", "")),
        expand_ids=_read_expand(options.get("$expand", "")),
        order=order,
        top=top,
        skip=int(options.get("$skip", "0")),
        has_count=options.get("$count") == "true",
    )


def next_page(request: Request, query: Query, url: str) -> str:
    """Return the address of the page after this one."""
    options = {name: values[0] for name, values in request.query.items()}
    options["$skip"] = str(query.skip + query.top)
    return f"{url}{request.path}?{urlencode(options)}"


def sort_key(name: str) -> Callable[[Message], Any]:
    """Return what a list is sorted by; absent values come first."""

    def key(message: Message) -> Any:
        properties: Mapping[str, Any] = message.properties
        return str(properties.get(name) or "")

    return key


def _any(message: Message) -> bool:
    del message
    return True


class _Filter:
    """A parser of one filter, from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = self._split(text)
        self._names: list[str] = []

    def read(self) -> tuple[Predicate, tuple[str, ...]]:
        terms = [self._term()]
        while self._tokens:
            self._expect("and")
            terms.append(self._term())
        return lambda message: all(term(message) for term in terms), tuple(self._names)

    def _term(self) -> Predicate:
        name = self._next()
        if name == "(":
            inner = self._term()
            self._expect(")")
            return inner
        collection, _, function = name.partition("/")
        if collection == "singleValueExtendedProperties" and function.lower() == "any":
            return self._extended()
        if name not in PROPERTIES:
            is_call = bool(self._tokens) and self._tokens[0] == "("
            raise Refused(answers.invalid_filter() if is_call else answers.unknown_field(name))
        if name not in _COMPARABLE:
            raise Refused(answers.invalid_filter())
        self._names.append(name)
        self._expect("eq")
        wanted = self._literal(_COMPARABLE[name])
        return lambda message: message.properties.get(name) == wanted

    def _extended(self) -> Predicate:
        self._names.append("singleValueExtendedProperties")
        self._expect("(")
        variable = self._next()
        for token in (":", f"{variable}/id", "eq"):
            self._expect(token)
        property_id = normalise_property_id(self._literal(str))
        for token in ("and", f"{variable}/value", "eq"):
            self._expect(token)
        value = self._literal(str).casefold()  # documented: values are compared without case
        self._expect(")")
        return lambda message: message.extended.get(property_id, "\0").casefold() == value

    def _literal(self, kind: type) -> Any:
        token = self._next()
        if kind is bool and token in ("true", "false"):
            return token == "true"
        if kind is str and token.startswith("'"):
            return token[1:-1].replace("''", "'")
        raise Refused(answers.invalid_filter())

    def _next(self) -> str:
        if not self._tokens:
            raise self._syntax_error()
        return self._tokens.pop(0)

    def _expect(self, wanted: str) -> None:
        token = self._next()
        if token != wanted:
            is_operator = token in ("or", "ne", "gt", "ge", "lt", "le")
            raise Refused(answers.invalid_filter()) if is_operator else self._syntax_error()

    def _split(self, text: str) -> list[str]:
        tokens, place = [], 0
        while text[place:].strip():
            found = _TOKEN.match(text, place)
            if not found:
                raise self._syntax_error()
            tokens.append(found[1])
            place = found.end()
        return tokens

    def _syntax_error(self) -> Refused:
        return Refused(
            answers.bad_request(f"Invalid filter clause: Syntax error in '{self._text}'.")
        )


def _read_select(text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(",")) if text else ()
    for name in names:
        if name not in PROPERTIES:
            raise Refused(answers.unknown_field(name))
    return names


def _read_expand(text: str) -> tuple[str, ...]:
    """Return the ids of the extended properties to return; only that form is modelled."""
    if not text:
        return ()
    found = _EXPAND.fullmatch(text)
    if not found:
        raise NotModelled(f"$expand={text}")
    ids = []
    for part in re.split(r"\s+or\s+", found[1]):
        match = re.fullmatch(r"id eq '((?:[^']|'')*)'", part.strip())
        if not match:
            raise Refused(answers.bad_request(f"Invalid filter clause in $expand: '{part}'."))
        ids.append(normalise_property_id(match[1].replace("''", "'")))
    return tuple(ids)


def _read_order(text: str) -> tuple[tuple[str, bool], ...]:
    """Return (property, is descending) for each part."""
    order = []
    for part in text.split(",") if text else ():
        name, _, direction = part.strip().partition(" ")
        if name not in PROPERTIES:
            raise Refused(answers.unknown_field(name))
        if direction not in ("", "asc", "desc"):
            raise Refused(answers.bad_request(f"Syntax error in $orderby: '{part}'."))
        if name not in (*_SORTABLE, *_COMPARABLE):
            raise NotModelled(f"$orderby={name}")
        order.append((name, direction == "desc"))
    return tuple(order)

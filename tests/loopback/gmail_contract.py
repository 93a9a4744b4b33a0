"""Holds Gmail requests against the discovery document that Google publishes and ships.

A request must be one of its methods, with query parameters and body fields that the method knows,
of the right types. What a method then does is left to `gmail`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

from tests.loopback import google_answers as answers
from tests.loopback.exchange import Request
from tests.loopback.google_answers import NotModelled, Refused

_DOCUMENT = "discovery_cache/documents/gmail.v1.json"
_WITHOUT_EFFECT = frozenset({"alt", "prettyPrint", "quotaUser", "key", "$.xgafv"})
"""Common parameters that change nothing here; the others of them are not modelled."""

_UNKNOWN_PARAMETER = (
    'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter. '
    "Field '{name}' could not be found in request message."
)
_UNKNOWN_FIELD = (
    "Invalid JSON payload received. Unknown name \"{name}\" at '{at}': Cannot find field."
)

Parameter = str | int | bool | list[str]


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the document, with the expression that its paths match."""

    id: str
    http_method: str
    path: re.Pattern[str]
    scopes: frozenset[str]
    parameters: Mapping[str, Any]
    body_schema: str | None
    answer_schema: str | None


@dataclass(frozen=True, slots=True)
class Call:
    """A request that keeps to the contract: its method, its path and query values, its body."""

    method: Method
    in_path: Mapping[str, str]
    in_query: Mapping[str, Parameter]
    body: Mapping[str, Any]


class Contract:
    """The discovery document, ready to hold requests against."""

    def __init__(self) -> None:
        document = json.loads(files("googleapiclient").joinpath(_DOCUMENT).read_text("utf-8"))
        self.scopes = frozenset(document["auth"]["oauth2"]["scopes"])
        self._schemas: dict[str, Any] = document["schemas"]
        self._common: dict[str, Any] = document["parameters"]
        self._methods = tuple(_methods_of(document))

    def find_method(self, request: Request) -> Method:
        """Return the method that the request's path and verb name; refuse what no method has."""
        if request.path.startswith(("/upload/", "/resumable/", "/batch")):
            raise NotModelled(f"media upload and batch: {request.path}")
        for method in self._methods:
            if method.http_method == request.method and method.path.fullmatch(request.path):
                return method
        raise Refused(answers.page_not_found())

    def read(self, method: Method, request: Request) -> Call:
        """Check query and body against the method; refuse with every violation at once."""
        matched = method.path.fullmatch(request.path)
        assert matched is not None
        in_path = {name: unquote(value) for name, value in matched.groupdict().items()}
        violations: list[tuple[str, str]] = []
        in_query = self._read_query(method, request, violations)
        body = self._read_body(method, request, violations)
        if violations:
            raise Refused(answers.bad_fields(violations))
        return Call(method, in_path, in_query, body)

    def check_answer(self, method: Method, answer: Mapping[str, Any]) -> None:
        """Hold what the loopback service itself says against the document; raise ValueError."""
        schema = {"$ref": method.answer_schema}
        violations = list(self._violations(answer, schema, method.id))
        if violations:
            raise ValueError(f"the loopback answer breaks the contract: {violations}")

    def _read_query(
        self, method: Method, request: Request, violations: list[tuple[str, str]]
    ) -> dict[str, Parameter]:
        values: dict[str, Parameter] = {}
        for name, given in request.query.items():
            schema = method.parameters.get(name)
            if schema is None or schema["location"] != "query":
                self._check_common(name, given, violations)
                continue
            try:
                values[name] = _parse(schema, given)
            except ValueError as error:
                violations.append((name, f"Invalid value at '{name}': {error}"))
        return values

    def _check_common(self, name: str, given: list[str], violations: list[tuple[str, str]]) -> None:
        if name not in self._common:
            why = _UNKNOWN_PARAMETER.format(name=name)
            violations.append((name, why))
        elif name not in _WITHOUT_EFFECT or (name == "alt" and given != ["json"]):
            raise NotModelled(f"the query parameter {name}={given}")

    def _read_body(
        self, method: Method, request: Request, violations: list[tuple[str, str]]
    ) -> dict[str, Any]:
        if method.body_schema is None:
            if request.body:
                violations.append(("", f"{method.id} takes no request body"))
            return {}
        try:
            body = request.json() if request.body else {}
        except ValueError:
            body = None
        if not isinstance(body, dict) or "json" not in (request.headers.get("Content-Type") or ""):
            violations.append(("", "Invalid JSON payload received. Parser error."))
            return {}
        root = method.body_schema[:1].lower() + method.body_schema[1:]
        violations.extend(self._violations(body, {"$ref": method.body_schema}, root))
        return body

    def _violations(self, value: Any, schema: Any, at: str) -> Iterator[tuple[str, str]]:
        if value is None:
            return
        if "$ref" in schema:
            schema = self._schemas[schema["$ref"]]
        kind = schema["type"]
        if not _is_of_type(value, kind, schema.get("format")):
            yield at, f"Invalid value at '{at}' (TYPE_{kind.upper()})"
        elif kind == "array":
            for number, item in enumerate(value):
                yield from self._violations(item, schema["items"], f"{at}[{number}]")
        elif kind == "object":
            known = schema.get("properties", {})
            for name, item in value.items():
                if name in known:
                    yield from self._violations(item, known[name], f"{at}.{name}")
                else:
                    yield at, _UNKNOWN_FIELD.format(name=name, at=at)


def _methods_of(resource: Mapping[str, Any]) -> Iterator[Method]:
    for method in resource.get("methods", {}).values():
        parts = re.split(r"\{(\w+)\}", method["flatPath"])
        pattern = "/" + "".join(
            f"(?P<{part}>[^/]+)" if number % 2 else re.escape(part)
            for number, part in enumerate(parts)
        )
        yield Method(
            method["id"],
            method["httpMethod"],
            re.compile(pattern),
            frozenset(method["scopes"]),
            method.get("parameters", {}),
            method.get("request", {}).get("$ref"),
            method.get("response", {}).get("$ref"),
        )
    for child in resource.get("resources", {}).values():
        yield from _methods_of(child)


def _parse(schema: Mapping[str, Any], given: list[str]) -> Parameter:
    """Read a query parameter as its type; raise ValueError with the reason."""
    if schema.get("repeated"):
        return given
    if len(given) > 1:
        raise ValueError("given more than once")
    text = given[0]
    kind = schema["type"]
    if kind == "integer":
        if not re.fullmatch(r"\d{1,10}", text):
            raise ValueError(f'(TYPE_UINT32), "{text}"')
        return int(text)
    if kind == "boolean":
        if text not in {"true", "false"}:
            raise ValueError(f'(TYPE_BOOL), "{text}"')
        return text == "true"
    if text not in schema.get("enum", [text]):
        raise ValueError(f'(TYPE_ENUM), "{text}"')
    return text


def _is_of_type(value: object, kind: str, form: str | None) -> bool:
    if kind == "string" and form in {"int64", "uint64"}:
        return not isinstance(value, bool) and bool(re.fullmatch(r"-?\d+", str(value)))
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, {"string": str, "boolean": bool, "array": list, "object": dict}[kind])

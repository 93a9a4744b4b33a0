"""Holds Graph requests and answers against tests/data/graph-mail.openapi.yaml.

The validator is openapi-core. Added to it is what OpenAPI leaves open and Graph refuses: query
parameters and properties that the contract does not name, and bodies where none is declared.
Tokens are left to `graph`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jsonschema_path import SchemaPath
from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.validation.request import (
    V30RequestBodyValidator,
    V30RequestParametersValidator,
)
from openapi_core.validation.response import V30ResponseValidator
from werkzeug.datastructures import Headers, ImmutableMultiDict

from tests.loopback.exchange import Request, Response

CONTRACT = Path(__file__).parents[1] / "data" / "graph-mail.openapi.yaml"
HOST = "https://graph.microsoft.com"
BASE_PATH = "/v1.0"


UNKNOWN_PROPERTY = "unknown property "
"""How a problem begins that names a property its type does not have."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the contract, and what the braces of its path stand for in a request."""

    definition: Mapping[str, Any]
    in_path: Mapping[str, str]

    @property
    def id(self) -> str:
        """Its operationId."""
        return str(self.definition["operationId"])


class Contract:
    """The contract, ready to hold requests against."""

    def __init__(self) -> None:
        self._document = _read_document()
        spec = SchemaPath.from_dict(self._document)
        self._parameters = V30RequestParametersValidator(spec)
        self._body = V30RequestBodyValidator(spec)
        self._response = V30ResponseValidator(spec)
        self._paths = {
            _pattern_of(BASE_PATH + template): item
            for template, item in self._document["paths"].items()
        }

    def find_operation(self, request: Request) -> Operation | None:
        """Return the operation that the request's path and verb name, if any."""
        for pattern, item in self._paths.items():
            found = pattern.fullmatch(request.path)
            if found and request.method.lower() in item:
                values = {
                    name.replace("_", "-"): unquote(v) for name, v in found.groupdict().items()
                }
                return Operation(item[request.method.lower()], values)
        return None

    def request_problems(self, request: Request) -> list[str]:
        """Return what is wrong with a request, in words; nothing for one that keeps to it."""
        operation = self.find_operation(request)
        if operation is None:
            return [f"no operation {request.method} {request.path}"]
        seen = _SeenRequest(request)
        problems = [_describe(error) for error in self._parameters.iter_errors(seen)]
        parameters = map(self._resolve, operation.definition.get("parameters", []))
        undeclared = request.query.keys() - {parameter["name"] for parameter in parameters}
        problems += [f"undeclared query parameter {name}" for name in sorted(undeclared)]
        if "requestBody" not in operation.definition:
            return [*problems, *(["a body where none belongs"] if request.body else [])]
        broken = [_describe(error) for error in self._body.iter_errors(seen)]
        if broken or seen.content_type != "application/json":
            return [*problems, *broken]
        schema = operation.definition["requestBody"]["content"]["application/json"]["schema"]
        unknown = self._unknown(schema, request.json())
        return [*problems, *(f"{UNKNOWN_PROPERTY}{name}" for name in unknown)]

    def response_problems(self, request: Request, response: Response) -> list[str]:
        """Return what is wrong with an answer to a request that has an operation."""
        if self.find_operation(request) is None:
            return []
        seen = _SeenResponse(response)
        return [_describe(e) for e in self._response.iter_errors(_SeenRequest(request), seen)]

    def _resolve(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in schema:
            part: Any = self._document
            for name in schema["$ref"].removeprefix("#/").split("/"):
                part = part[name]
            schema = part
        return schema

    def _unknown(self, schema: Mapping[str, Any], value: Any) -> Iterator[str]:
        schema = self._resolve(schema)
        if isinstance(value, list):
            for item in value:
                yield from self._unknown(schema.get("items", {}), item)
        if not isinstance(value, dict):
            return
        properties = self._properties(schema)
        for name, part in value.items():
            if name in properties:
                yield from self._unknown(properties[name], part)
            elif "@odata." not in name:
                yield name

    def _properties(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Gather the properties of a type and of the types it is made of."""
        schema = self._resolve(schema)
        gathered = dict(schema.get("properties", {}))
        for part in (*schema.get("allOf", []), *schema.get("anyOf", [])):
            gathered |= self._properties(part)
        return gathered


class _SeenRequest:
    """A request as openapi-core wants it; the host is the contract's, not the test's."""

    def __init__(self, request: Request) -> None:
        self.host_url = HOST
        self.path = request.path
        self.method = request.method.lower()
        self.body = request.body
        has_type = "Content-Type" in request.headers
        self.content_type = request.headers.get_content_type() if has_type else "none/none"
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(request.query),
            header=Headers(request.headers.items()),
        )


class _SeenResponse:
    """An answer as openapi-core wants it."""

    def __init__(self, response: Response) -> None:
        self.status_code = response.status
        self.headers = Headers(list(response.headers.items()))
        self.content_type = "application/json" if response.json is not None else ""
        self.data = response.head_and_body()[1]


def _pattern_of(template: str) -> re.Pattern[str]:
    """Return the expression for a path template; group names have _ for -."""
    return re.compile(
        re.sub(r"\{([^}]+)\}", lambda name: f"(?P<{name[1].replace('-', '_')}>[^/]+)", template)
    )


@cache
def _read_document() -> dict[str, Any]:
    """Read and check the file, once for all servers of a process; nobody changes it."""
    document: dict[str, Any] = _close_nullables(
        OpenAPI.from_file_path(str(CONTRACT)).spec.read_value()
    )
    return document


def _close_nullables(part: Any) -> Any:
    """Return the document with "this type or null" saying so.

    The published form writes the second half as any object that may be null, which would let every
    object pass for every type.
    """
    if isinstance(part, list):
        return [_close_nullables(item) for item in part]
    if not isinstance(part, dict):
        return part
    if part == {"type": "object", "nullable": True}:
        return {**part, "enum": [None]}
    return {name: _close_nullables(item) for name, item in part.items()}


def _describe(error: Exception) -> str:
    """Return an error's words, with the cause's that name the place."""
    causes = getattr(error.__cause__, "schema_errors", ())
    details = "; ".join(f"{list(cause.absolute_path)}: {cause.message}" for cause in causes)
    return f"{type(error).__name__}: {details or error}"

"""Reads the data files of intake: lists of words and tables, which are data and not code."""

import tomllib
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any


@cache
def read_list(name: str) -> frozenset[str]:
    """Return the lines of `data/<name>.txt`, folded; blank lines and `#` comments are left out."""
    lines = (line.split("#")[0].strip() for line in read_text(f"{name}.txt").splitlines())
    return frozenset(line.casefold() for line in lines if line)


@cache
def read_table(name: str) -> MappingProxyType[str, Any]:
    """Return `data/<name>.toml`, not to be changed."""
    return MappingProxyType(tomllib.loads(read_text(f"{name}.toml")))


def read_text(file_name: str) -> str:
    """Return a data file as it stands."""
    return resources.files(__package__).joinpath("data", file_name).read_text(encoding="utf-8")

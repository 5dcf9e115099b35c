"""Reads TOML files, and a section of one into a dataclass: paths, tuples and nested tables by the fields' types."""

from __future__ import annotations

import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TypeVar, get_args, get_origin, get_type_hints

from turnaround_training.errors import StageError

Section = TypeVar("Section")


def load_config(path: Path) -> dict:
    """A config file; raises StageError that names the file and what is wrong with it."""
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        raise StageError(f"No config file at {path}. Give one with --config.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StageError(f"{path} is not valid TOML: {error}.") from None


def read_section(kind: type[Section], values: dict, where: str) -> Section:
    """Build the dataclass `kind` from a table; `where` names it in errors.

    Strings become Path where the field is one, lists become tuples, tables become nested dataclasses. Raises StageError
    that names unknown and missing keys, and values of another type.
    """
    types = get_type_hints(kind)
    known = [entry.name for entry in fields(kind)]
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise StageError(f"[{where}] has no setting {', '.join(unknown)}; known: {', '.join(sorted(known))}.")
    try:
        given = {name: _converted(types[name], values[name], f"{where}.{name}") for name in known if name in values}
        return kind(**given)
    except TypeError as error:
        missing = str(error).rpartition("argument")[2].strip(" s:")
        raise StageError(f"[{where}] needs {missing or error}.") from None


def _converted(kind: object, value: object, where: str) -> object:
    if get_origin(kind) is tuple:
        if not isinstance(value, list | tuple):
            raise StageError(f"{where} must be a list, not {value!r}.")
        return tuple(_converted(get_args(kind)[0], item, where) for item in value)
    if is_dataclass(kind):
        if not isinstance(value, dict):
            raise StageError(f"{where} must be a table, not {value!r}.")
        return read_section(kind, value, where)
    if kind is Path:
        return Path(str(value))
    accepted = {float: (int, float), int: (int,), str: (str,), bool: (bool,)}.get(kind)
    if accepted and (not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool)):
        raise StageError(f"{where} must be a {kind.__name__}, not {value!r}.")
    return float(value) if kind is float else value

"""What a notebook can be asked: read from its one cell of parameters, never executed, and checked before a run."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opdat_analytics import vocab
from opdat_analytics.model import OpdatError, UnknownName

TAG = "parameters"
KINDS = (bool, int, float, str, list)


@dataclass(frozen=True)
class Parameter:
    """One thing a notebook can be asked.

    ``kind`` is bool, int, float, str or list; ``description`` is the comment behind its default.
    """

    name: str
    kind: str
    default: Any
    description: str


def parameters(path: Path) -> tuple[Parameter, ...]:
    """The parameters of a notebook: the literal assignments of its one cell tagged ``parameters``.

    Raises
    ------
    OpdatError
        If the notebook cannot be read, has two such cells, or the cell holds more than ``name = literal`` lines.
    """
    sources = [cell.source for cell in read_notebook(path).cells if TAG in cell.metadata.get("tags", [])]
    if not sources:
        return ()
    if len(sources) > 1:
        raise OpdatError(f"{path.name} has {len(sources)} cells tagged “{TAG}”; there may be one.")
    said = _comments(sources[0])
    return tuple(_parameter(path, statement, said) for statement in ast.parse(sources[0]).body)


def read_notebook(path: Path) -> Any:
    """A notebook as nbformat 4.

    Raises
    ------
    OpdatError
        If the file is not a notebook.
    """
    import nbformat

    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, AttributeError, nbformat.ValidationError) as error:
        raise OpdatError(f"{path} cannot be read as a notebook: {error}") from error


def _parameter(path: Path, statement: ast.stmt, said: Mapping[int, str]) -> Parameter:
    refused = OpdatError(
        f"{path.name}: line {statement.lineno} of the cell of parameters is not like name = 2019 or "
        f"name = “text”. Only literals ({', '.join(kind.__name__ for kind in KINDS)}) can be parameters."
    )
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        raise refused
    target = statement.targets[0]
    try:
        value = ast.literal_eval(statement.value)
    except ValueError:
        raise refused from None
    if not isinstance(target, ast.Name) or type(value) not in KINDS:
        raise refused
    return Parameter(target.id, type(value).__name__, value, said.get(statement.lineno, ""))


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}


def check_parameters(
    path: Path, given: Mapping[str, str], record: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Any]:
    """Give what was typed its type, or say what is wrong with it. Nothing is executed.

    Parameters
    ----------
    path
        A notebook.
    given
        Parameter name → text as typed. A list is written with commas.
    record
        ``source`` and ``programme`` → what the publication holds, where these are asked for.

    Returns
    -------
    dict
        Parameter name → value. Places are codes, whatever name was typed.

    Raises
    ------
    UnknownName
        If the notebook has no such parameter, or a place, region, measure, scheme, activity type, source or programme
        is not known; where a scheme is given that does not have the region that would be shown; if a value has the
        wrong type, is no year, or the years run backwards.
    """
    known = {parameter.name: parameter for parameter in parameters(path)}
    for name in given:
        if name not in known:
            raise UnknownName(unknown(f"parameter of {path.stem}", name, list(known)))
    values = {name: _typed(known[name], text) for name, text in given.items()}
    whole = {name: parameter.default for name, parameter in known.items()} | values
    values = {name: _meant(name, value, whole, record or {}) for name, value in values.items()}
    if "scheme" in values and "region" in known and "region" not in values:
        _meant("region", whole["region"], whole, {})
    first, last = (values.get(name, whole.get(name)) for name in ("first_year", "last_year"))
    if values and first is not None and last is not None and first > last:
        raise UnknownName(f"first_year={first} is after last_year={last}.")
    return values


_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_EXAMPLES = {"int": "a whole number, like 2019", "float": "a number, like 0.8", "bool": "true or false"}


def _typed(parameter: Parameter, text: str) -> Any:
    text = text.strip()
    if parameter.kind == "list":
        kind = type(parameter.default[0]).__name__ if parameter.default else "str"
        parts = [part.strip() for part in text.split(",") if part.strip()]
        return [_typed(Parameter(parameter.name, kind, None, ""), part) for part in parts]
    readers: dict[str, Callable[[str], Any]] = {
        "int": int, "float": float, "str": str, "bool": lambda word: _WORDS[word.casefold()],
    }  # fmt: skip
    try:
        return readers[parameter.kind](text)
    except (ValueError, KeyError):
        raise UnknownName(f"{parameter.name}={text} is not {_EXAMPLES[parameter.kind]}.") from None


FIRST_YEAR, LAST_YEAR = 1900, 2100


def _meant(name: str, value: Any, whole: Mapping[str, Any], record: Mapping[str, Sequence[str]]) -> Any:
    """A name's meaning follows from what it is called: ``place``, ``measures`` … are words of the vocabulary."""
    if isinstance(value, list):
        singular = {"countries": "country"}.get(name, name.removesuffix("s"))
        return [_meant(singular, one, whole, record) for one in value]
    if name in ("place", "country"):
        return vocab.place_code(value)
    if "year" in name.split("_") and isinstance(value, int) and not FIRST_YEAR <= value <= LAST_YEAR:
        raise UnknownName(f"{name}={value} is not a year.")
    if name in record:
        # An empty text leaves the choice open, where the notebook has it so.
        if value and value not in record[name]:
            raise UnknownName(unknown(f"{name} of the record", value, record[name]))
        return value
    known: dict[str, Callable[[], Sequence[str]]] = {
        "measure": lambda: list(vocab.measures()),
        "activity_type": lambda: list(vocab.activity_types()),
        "scheme": vocab.schemes,
        "region": lambda: sorted(set(vocab.scheme(whole.get("scheme", "opdat")).values())),
    }
    if name in known and value not in known[name]():
        what = f"region of {whole.get('scheme', 'opdat')}" if name == "region" else name
        raise UnknownName(unknown(what, value, known[name]()))
    return value


def unknown(what: str, found: str, known: Sequence[str]) -> str:
    """Words for a name that is not known: the nearest one, else all."""
    near = vocab.suggest(found, known)
    listed = ", ".join(known) if len(known) <= 20 else f"{', '.join(known[:20])} …"
    rest = f"did you mean “{near}”?" if near else f"known: {listed}." if known else "it takes none."
    return f"“{found}” is not a known {what}; {rest}"

"""Tree → models, by the models' type hints.

What doesn't fit is reported and replaced by its default, so that one pass finds everything and later checks have
something to stand on.
"""

from __future__ import annotations

from typing import Any, Literal, TypeVar, get_args

import msgspec

from shoal.errors import UnknownKey, UnknownReference, WrongType
from shoal.model.values import concat
from shoal.spec import scalars
from shoal.spec.advice import advice
from shoal.spec.hints import NOTHING, Hint, base, expected, keys, taken_apart
from shoal.spec.models import BackingEntry
from shoal.spec.models.base import Written
from shoal.spec.report import Report
from shoal.spec.tree import Items, Node, Path, Scalar, Table
from shoal.spec.words import quote, shown, suggestion

Model = TypeVar("Model", bound=Written)

NO: Any = object()  # "this text means nothing of that kind"


def conform(tree: Table, model: type[Model], report: Report) -> Model:
    """The model that the tree holds; problems go into the report."""
    return _struct(tree, model, (), report)


def _value(node: Node, hint: Any, path: Path, report: Report, default: Any = NOTHING) -> Any:
    """The value of `node` read as `hint`; after a problem the default, or an empty value of that kind."""
    apart = taken_apart(hint)
    otherwise = _blank(hint) if default is NOTHING else default
    if isinstance(node, Scalar) and apart.options != (Any,):
        return _scalar(node, hint, apart, path, report, otherwise)
    kind = apart.first(dict, msgspec.Struct) if isinstance(node, Table) else apart.first(list)
    if apart.options == (Any,):
        return _anything(node, path, report)
    if kind is None:
        _wrong(node, hint, path, report)
        return otherwise
    return _collection(node, kind, path, report)


def _collection(node: Node, kind: Any, path: Path, report: Report) -> Any:
    if isinstance(node, Items):
        (item,) = get_args(kind)
        return [_value(child, item, (*path, index), report) for index, child in enumerate(node.items)]
    assert isinstance(node, Table)
    if base(kind) is dict:
        item = get_args(kind)[1]
        return {key: _value(entry.value, item, (*path, key), report) for key, entry in node.entries.items()}
    return _struct(node, kind, path, report)


def _struct(node: Table, model: type[Model], path: Path, report: Report) -> Model:
    known = keys(model)
    given = {}
    for name, entry in node.entries.items():
        if model.loose and (name.startswith("x-") or (isinstance(entry.value, Scalar) and entry.value.null)):
            continue
        if name in known:
            given[name] = _value(entry.value, known[name].hint, (*path, name), report, known[name].otherwise())
        else:
            _unknown(name, model, node, path, report)
    for key in known.values():
        if key.required and key.name not in given:
            report.add(WrongType, path, f"`{key.name}` is missing", node.place, f"expected {expected(key.hint)}")
            given[key.name] = _blank(key.hint)
    return model(**{known[name].field: value for name, value in given.items()})


def _unknown(name: str, model: type[msgspec.Struct], node: Table, path: Path, report: Report) -> None:
    hint = advice(name, path) or suggestion(name, keys(model), "there are")
    what = "engine" if model is BackingEntry else "key"
    report.add(UnknownKey, path, f"unknown {what} {quote(name)}", node.entries[name].place, hint)


def _wrong(node: Node, hint: Any, path: Path, report: Report) -> None:
    choices = [str(choice) for option in taken_apart(hint).options for choice in _choices(option)]
    more = suggestion(node.text, choices, "") if isinstance(node, Scalar) and not node.null else ""
    quoted = isinstance(node, Scalar) and node.style == "quoted" and scalars.number(node.text) is not None
    more = "take the quotes off" if quoted else more if more.startswith("did") else ""
    more = "leave it out, or say what it is" if isinstance(node, Scalar) and node.null else more
    report.add(WrongType, path, f"expected {expected(hint)}, got {shown(node)}", node.place, more)


def _scalar(node: Scalar, hint: Any, apart: Hint, path: Path, report: Report, otherwise: Any) -> Any:
    if node.style == "unknown":
        return otherwise
    if node.null and type(None) in apart.options:
        return None
    found = NO if node.null else next((v for o in apart.options if (v := _meaning(node, o)) is not NO), NO)
    if found is NO:
        _misfit(node, hint, path, report)
        return otherwise
    return found if _in_bounds(found, apart, path, node, report) else otherwise


def _misfit(node: Scalar, hint: Any, path: Path, report: Report) -> None:
    if node.parts is None:
        return _wrong(node, hint, path, report)
    what = f"a reference can't stand here: {quote(node.text)}"
    report.add(
        UnknownReference,
        path,
        what,
        node.place,
        "only in environment, commands, args, migrate and the content of files",
    )
    return None


def _in_bounds(found: Any, apart: Hint, path: Path, node: Scalar, report: Report) -> bool:
    for meta in apart.metas if isinstance(found, int) and not isinstance(found, bool) else ():
        if meta.ge is not None and found < meta.ge:
            report.add(WrongType, path, f"must be at least {meta.ge}, got {found}", node.place)
            return False
        if meta.le is not None and found > meta.le:
            report.add(WrongType, path, f"must be at most {meta.le}, got {found}", node.place)
            return False
    return True


def _meaning(node: Scalar, option: Any) -> Any:
    """The scalar read as one of the alternatives, or NO."""
    if option is scalars.Template:
        return scalars.Template(concat(*(node.parts if node.parts is not None else (node.text,))))
    if node.parts is not None:
        return NO
    if base(option) is Literal:
        return next((c for c in _choices(option) if str(c) == node.text and (isinstance(c, str) or _bare(node))), NO)
    reader = _READERS.get(option)
    return NO if reader is None or (option in (int, float, bool) and not _bare(node)) else _or_no(reader(node.text))


def _bare(node: Scalar) -> bool:
    """Whether it can be a number or a truth value: written without quotes, or made of a variable."""
    return node.style != "quoted"


def _or_no(found: Any) -> Any:
    return NO if found is None else found


_READERS: dict[Any, Any] = {
    str: str,
    int: scalars.whole,
    float: scalars.number,
    bool: scalars.truth,
    scalars.Duration: scalars.duration,
    scalars.Size: scalars.size,
    scalars.Share: scalars.share,
    scalars.Frequency: scalars.frequency,
}


def _choices(option: Any) -> tuple[Any, ...]:
    return get_args(option) if base(option) is Literal else ()


def _anything(node: Node, path: Path, report: Report) -> Any:
    """The plain value, for keys that take whatever JSON can say."""
    if isinstance(node, Table):
        return {key: _anything(entry.value, (*path, key), report) for key, entry in node.entries.items()}
    if isinstance(node, Items):
        return [_anything(item, (*path, index), report) for index, item in enumerate(node.items)]
    if node.parts is not None:
        return _misfit(node, Any, path, report)
    if node.null:
        return None
    readings = (bool, int, float, str) if _bare(node) else (str,)
    return next(v for option in readings if (v := _meaning(node, option)) is not NO)


def _blank(hint: Any) -> Any:
    """An empty value of that kind."""
    kind = taken_apart(hint).options[0]
    if base(kind) is Literal:
        return _choices(kind)[0]
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind(**{key.field: _blank(key.hint) for key in keys(kind).values() if key.required})
    return None if kind is Any else base(kind)()

"""What a text can mean: a truth value, a number, a duration, a size. Each reader returns None when it means none."""

from __future__ import annotations

import re

from shoal.model.values import Value

# YAML 1.1's words for true and false and 1.2's, so that `yes` and `true` mean the same in both.
TRUE = frozenset({"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})
FALSE = frozenset({"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})

# No leading zeros: 1.1 reads 010 as eight, 1.2 as ten.
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"[-+]?[0-9]{1,18}(\.[0-9]{1,18})?([eE][-+]?[0-9]{1,2})?")
_AMOUNT = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)(ms|us|s|m|h|d)")
_FREQUENCY = re.compile(r"([1-9][0-9]{0,8})/(s|m|h)")
_SIZE = re.compile(r"([0-9]{1,15})(Ki|Mi|Gi|Ti|K|M|G|T|)B?")

SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
BYTES = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


class Duration(float):
    """Seconds, written `500ms`, `2s`, `1m30s`, `1h` or as a number of seconds."""


class Share(float):
    """Percent, written `5%`, `0.5%` or as a number from 0 to 100."""


class Frequency:
    """So many in a time, written `100/s`, `60/m` or `1000/h`."""

    __slots__ = ("limit", "period")

    def __init__(self, limit: int = 1, period: float = 1.0) -> None:
        self.limit = limit
        self.period = period


class Size(int):
    """Bytes, written `512Mi` (1024s), `1G` (1000s) or as a number of bytes."""


class Template:
    """Text that may hold references: `${users.url}`."""

    __slots__ = ("value",)

    def __init__(self, value: Value | None = None) -> None:
        self.value = value or Value()


def truth(text: str) -> bool | None:
    return True if text in TRUE else False if text in FALSE else None


def whole(text: str) -> int | None:
    return int(text) if _WHOLE.fullmatch(text) else None


def number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


def duration(text: str) -> Duration | None:
    """Seconds; units go together (`1m30s`); never negative."""
    plain = number(text)
    if plain is not None:
        return Duration(plain) if plain >= 0 else None
    amounts = _AMOUNT.findall(text)
    if not amounts or "".join(amount + unit for amount, unit in amounts) != text:
        return None
    return Duration(sum(float(amount) * SECONDS[unit] for amount, unit in amounts))


def share(text: str) -> Share | None:
    found = number(text.removesuffix("%"))
    return Share(found) if found is not None and 0 <= found <= 100 else None


def frequency(text: str) -> Frequency | None:
    match = _FREQUENCY.fullmatch(text)
    return Frequency(int(match[1]), SECONDS[match[2]]) if match else None


def size(text: str) -> Size | None:
    """Bytes. Lower-case units are refused: `m` is a million to some and a thousandth to others."""
    match = _SIZE.fullmatch(text)
    return Size(int(match[1]) * BYTES[match[2]]) if match else None

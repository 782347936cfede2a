"""Which text PostgreSQL can hold, and how times are written."""

from datetime import UTC, datetime


def is_storable(text: str) -> bool:
    """False for NUL and for lone surrogates: JSON can carry both, a UTF-8 text column neither."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with exactly three decimals: 2016-02-18T03:22:56.637Z."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"

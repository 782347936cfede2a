"""A service's address in one text, `postgresql://user:password@host:port/database`, taken apart."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

# Scheme -> port and database where none is named.
USUAL = {
    "postgresql": ("5432", ""),
    "postgres": ("5432", ""),
    "mysql": ("3306", ""),
    "mariadb": ("3306", ""),
    "redis": ("6379", "0"),
    "rediss": ("6379", "0"),
    "amqp": ("5672", "/"),
    "amqps": ("5671", "/"),
    "mongodb": ("27017", ""),
    "nats": ("4222", ""),
    "tls": ("4222", ""),
}


def part(text: str, attr: str) -> str:
    """`host`, `port`, `username`, `password` or `database` of a URI, or what is usual where it names none.

    `quoted`: the text as a URI can hold it; nothing: all of it. Raises ValueError for what is no URI."""
    if attr == "quoted":
        return quote(text, safe="")
    if not attr:
        return text
    found = urlsplit(text.strip())
    if not found.hostname:
        raise ValueError("it is no URI with a host in it")
    port, database = USUAL.get(found.scheme, ("", ""))
    match attr:
        case "host":
            return found.hostname
        case "port":
            return str(found.port or port)
        case "username":
            return unquote(found.username or "")
        case "password":
            return unquote(found.password or "")
        case "database":
            return unquote(found.path.removeprefix("/")) or database
    raise ValueError(f"a URI has no {attr}")

"""Images of databases and the like, which shoal could run by itself."""

from __future__ import annotations

from shoal.compose.models import File

ENGINES = {
    "postgres": "postgres",
    "redis": "redis",
    "valkey": "redis",
    "nats": "nats",
    "mysql": "mysql",
    "mariadb": "mariadb",
    "rabbitmq": "rabbitmq",
}


def hints(file: File, names: dict[str, str]) -> dict[str, str]:
    """Service -> what else it could be. It stays what it is: its data and its credentials are the file's own."""
    found = {}
    for name, service in file.services.items():
        image = service.image.rpartition("/")[2].partition(":")[0].partition("@")[0]
        if engine := ENGINES.get(image):
            found[names[name]] = f"`backing: {{{names[name]}: {engine}}}` runs one, too, and hands out its addresses"
    return found

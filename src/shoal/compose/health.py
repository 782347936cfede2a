"""`healthcheck`, `restart`, `stop_signal` and `stop_grace_period`."""

from __future__ import annotations

from shoal.compose import nodes
from shoal.compose.making import Making
from shoal.spec.health import SIGNALS
from shoal.spec.scalars import duration
from shoal.spec.tree import Items, Node, Scalar, Table
from shoal.spec.words import quote

SHELL = ("/bin/sh", "-c")
EVERY, TIMEOUT, FAILURES = 30.0, 30.0, 3
"""Compose's defaults."""

RESTARTS = {
    "": "no",
    "no": "no",
    "false": "no",
    "always": "always",
    "unless-stopped": "always",
    "on-failure": "on-failure",
}
CONDITIONS = {"": "always", "any": "always", "none": "no", "on-failure": "on-failure"}


def health_of(making: Making) -> Table | None:
    """A probe of readiness: what is unhealthy gets no requests, and nobody who waits for it begins."""
    check = making.service.healthcheck
    words = _words(making)
    if making.flag(check.disable, "healthcheck", "disable") or not words:
        return None
    place = making.spot("healthcheck")
    if making.is_job:
        making.remark("it runs to its end: nobody asks a job whether it is well", "healthcheck")
        return None
    every = _seconds(check.interval, EVERY)
    failures = making.whole(check.retries, "healthcheck", "retries") or FAILURES
    grace = max(_seconds(check.start_period, 0.0) + failures * every, LEAST_GRACE)
    given = {key: making.duration(getattr(check, name), "healthcheck", name) for key, name in _TIMES.items()}
    entries: dict[str, Node | None] = {
        "exec": Items(tuple(words), place),
        "every": given["every"] or nodes.word(f"{EVERY:g}s", place),
        "timeout": given["timeout"] or nodes.word(f"{TIMEOUT:g}s", place),
        "failures": nodes.word(str(failures), place),
        "grace": nodes.word(f"{grace:g}s", place),
    }
    making.duration(check.start_period, "healthcheck", "start_period")
    return nodes.table({"ready": nodes.table(entries, place)}, place)


# Compose lets what is unhealthy be, and it may come to be healthy; here it is replaced. So a start has at least as long
# as any other service's.
LEAST_GRACE = 60.0
_TIMES = {"every": "interval", "timeout": "timeout"}


def _seconds(text: str, otherwise: float) -> float:
    return (duration(text) if text else None) or otherwise


def _words(making: Making) -> list[Scalar]:
    """The command that asks; nothing for none."""
    node = making.node("healthcheck", "test")
    texts = making.texts("healthcheck", "test")
    if not isinstance(node, Items):
        return [*_shell(texts[0]), making.text(texts[0])] if texts else []
    kind = texts[0].text if texts else "NONE"
    if kind == "CMD-SHELL":
        return [*_shell(texts[0]), *map(making.text, texts[1:2])]
    if kind not in ("CMD", "NONE"):
        hint = "a list begins with CMD, CMD-SHELL or NONE; a text is run by a shell"
        making.problem(f"expected CMD, CMD-SHELL or NONE, got {quote(kind)}", "healthcheck", "test", 0, hint=hint)
    return [making.text(text) for text in texts[1:]] if kind == "CMD" else []


def _shell(at: Scalar) -> list[Scalar]:
    return [nodes.said(word, at.place) for word in SHELL]


def restart_of(making: Making) -> Node:
    """Compose starts nothing again, unless it is told to."""
    deployed = making.service.deploy.restart_policy
    if making.node("deploy", "restart_policy") is not None:
        path: tuple[str, ...] = ("deploy", "restart_policy", "condition")
        found, known = deployed.condition, CONDITIONS
    else:
        path, known = ("restart",), RESTARTS
        found, colon, count = making.service.restart.partition(":")
        if colon and count:
            making.remark("it is tried on and on, with pauses that grow to 30 s", "restart")
    if found not in known:
        making.problem(f"expected no, always, on-failure or unless-stopped, got {quote(found)}", *path)
    policy = known.get(found, "no")
    if making.is_job and policy == "always":
        making.remark("it runs to its end: on-failure starts it again until it ends well", *path)
        policy = "no"
    place = making.spot(*path)
    pause = making.duration(deployed.delay, "deploy", "restart_policy", "delay")
    word = nodes.word(policy, place)
    return word if pause is None else nodes.table({"policy": word, "backoff": pause}, place)


def stop_of(making: Making) -> Table | None:
    service = making.service
    place = making.spot("stop_signal")
    signal: Node | None = None
    if service.stop_signal:
        name = service.stop_signal.upper()
        signal = nodes.said(name, place)
        if f"SIG{name.removeprefix('SIG')}" not in SIGNALS:
            making.remark(f"{name} isn't sent by shoal: it is asked to end by SIGTERM", "stop_signal")
            signal = None
    entries: dict[str, Node | None] = {
        "signal": signal,
        "grace": making.duration(service.stop_grace_period, "stop_grace_period"),
    }
    return nodes.table(entries, place) if any(entries.values()) else None

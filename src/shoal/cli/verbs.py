"""All verbs, by what one wants to do. Each is a module of this package, `<verb>_.py` (with `_` for `-`), with the
functions `arguments` and `run`, a docstring that is its help, and an EXAMPLE."""

from __future__ import annotations

GROUPS = {
    "start and stop": {
        "up": "start what shoal.yaml describes, and keep it so",
        "down": "stop everything (-v: and drop the data)",
        "restart": "replace the instances of services",
        "stop": "stop services",
        "start": "start stopped services",
        "scale": "change how many instances a service has",
        "rollback": "go back to an earlier release, or of a service to an earlier revision",
        "rollout": "see, hold, continue or abort the rollout that is under way",
        "secrets": "declared secrets, and another value for one",
        "wait": "wait until services are ready, done or gone",
        "maintenance": "have the gateway serve nobody for a while",
    },
    "see what runs, and why": {
        "ps": "what runs",
        "logs": "what services print",
        "why": "why a service is as it is",
        "events": "what happened",
        "history": "releases: what changed when, and what became of it",
        "top": "the processes of each instance",
        "stats": "what each instance uses",
        "port": "where a service listens, and what its callers dial",
        "open": "open the gateway in a browser",
        "ls": "all apps on this machine",
    },
    "work inside": {
        "exec": "run a command with the environment of a running instance",
        "run": "run a job, or a command with the environment of a service",
        "env": "what a service gets: variables, folder, command",
        "cp": "copy files between an instance and here",
        "backing": "copy what a backing service holds, and put it back",
        "chaos": "disturb an edge or an instance on purpose, and see what heals",
        "streams": "streams of NATS, and the messages that were given up on",
    },
    "look before": {
        "build": "build services and their images without starting them",
        "init": "write a first shoal.yaml, or a whole app",
        "import": "write a shoal.yaml from Compose files",
        "export": "write a Compose file of the app",
        "config": "the file as shoal understands it",
        "plan": "what `up` would do",
        "doctor": "what this machine has and lacks",
    },
    "shoal itself": {
        "install-service": "start the app when the machine starts",
        "prune": "delete builds and state that nothing refers to",
        "completion": "for bash, zsh or fish",
        "version": "of shoal, and of the engines that come with it",
    },
}

VERBS = {name: text for group in GROUPS.values() for name, text in group.items()}

# `logs -f` and `events -f` follow, as everywhere; elsewhere -f is the file, as everywhere.
LONG_FILE = ("logs", "events")

EXAMPLES = {
    "shoal up": "start all; logs; Ctrl-C stops what it started",
    "shoal up -d --wait": "the same, and leave it running when all is ready",
    "shoal logs -f users": "what users prints, on and on",
    "shoal why users": "why it isn't ready",
    "shoal exec users env": "a command beside a running instance",
    "shoal down": "stop all, keep the data",
}


def module_of(verb: str) -> str:
    return f"shoal.cli.{verb.replace('-', '_')}_"


def listing() -> str:
    """What `shoal --help` says of them."""
    width = max(map(len, VERBS)) + 2
    lines = [
        line
        for title, group in GROUPS.items()
        for line in (f"{title}:", *(f"  {name:<{width}}{text}" for name, text in group.items()), "")
    ]
    wide = max(map(len, EXAMPLES)) + 2
    return "\n".join([*lines, "for example:", *(f"  {line:<{wide}}{text}" for line, text in EXAMPLES.items())])

"""`config --explain`: who sets a variable, and who would have. `NAME` is one of the file's `${NAME}`; `SERVICE.NAME` is
one that a service gets."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from shoal.cli.output import as_json, data
from shoal.cli.place import Place
from shoal.desired import Inputs, folders, layers
from shoal.desired.layer import Layer
from shoal.errors import Place as Spot
from shoal.errors import UsageError
from shoal.model.app import App, Service
from shoal.model.names import check_known, hint
from shoal.model.values import Ref, Value
from shoal.spec.explain import Claim, Sources, Use
from shoal.spec.words import nearest

MASK = "***"
_LOGIN = re.compile(r"(://[^/\s:@]*):[^/\s@]+@")


class Answer(NamedTuple):
    """The strongest claim first; `made` are the variables that the winner's text is made of."""

    name: str
    claims: list[Claim]
    made: list[tuple[str, Claim]]
    uses: list[Use]

    def winner(self) -> Claim | None:
        return next((claim for claim in self.claims if claim.value is not None), None)


def explain(name: str, app: App, at: Place, *, json: bool) -> None:
    """Raises `UsageError` for a variable that nothing sets or asks for."""
    sources = Sources(at.file, at.environment, os.environ, at.env_files)
    owner, dot, variable = name.partition(".")
    service = next((s for s in app.services if s.name == owner), None) if dot else None
    if service is None:
        answer = _of_the_file(name, app, at, sources)
    else:
        answer = _of_a_service(service, variable, app, at, sources)
    answer = _masked(answer, variable if service else name, sources)
    (_print_json if json else _print)(answer)


def _of_the_file(name: str, app: App, at: Place, sources: Sources) -> Answer:
    claims, uses = sources.variable(name), sources.uses(name)
    if not claims and not uses:
        received = {
            f"{s.name}.{variable}" for s in app.services for la in _layers(s, app, at) for variable in la.values
        }
        meant = [near] if (near := nearest(name, {*sources.names(), *received})) else sorted(sources.names())
        what = f"there is no variable {name}"
        raise UsageError(
            what, hint=hint(name, meant) if meant else "The file asks for none; a service's is SERVICE.NAME."
        )
    return Answer(name, claims, [], uses)


def _of_a_service(service: Service, name: str, app: App, at: Place, sources: Sources) -> Answer:
    """What the file itself says is told apart into overlay and file."""
    own = sources.own(service.section, service.name, name)
    claims = [] if name in service.environment else [claim._replace(value=None) for claim in own]
    if name in _marks():
        claims.insert(0, Claim("shoal itself, at each start", None, f"<{name}>"))
    made: list[tuple[str, Claim]] = []
    stack = _layers(service, app, at)
    for layer in reversed(stack):
        if name not in layer.values:
            continue
        value = _readable(layer.values[name])
        if layer.source == "environment":
            claims += [own[0]._replace(value=value), *own[1:]]
            made = sources.made_of(own[0].value or "")
        else:
            claims.append(Claim(layer.source, app.places.get(layer.path), value))
    if name in _inherited():
        claims.append(Claim("whoever runs the first `up`", None, os.environ.get(name)))
    if not claims:
        check_known(
            [f"{service.name}.{name}"], [f"{service.name}.{one}" for la in stack for one in la.values], "variable"
        )
    return Answer(f"{service.name}.{name}", claims, made, [])


def _layers(service: Service, app: App, at: Place) -> tuple[Layer, ...]:
    from msgspec.structs import replace

    from shoal.build.source import read_source
    from shoal.build.toolchains import on_this_machine
    from shoal.desired.builds import tools

    mine = replace(app, services=(service,))
    sources = {
        key: read_source(at.folder / of.path, of.ignore, dockerfile=of.dockerfile) for key, of in folders(mine).items()
    }
    versions = {name: on_this_machine(name) for name in tools(app, sources.values())}
    return layers(app, service.name, Inputs(sources, tools=versions))


def _inherited() -> frozenset[str]:
    from shoal.drivers.process.environment import INHERITED

    return INHERITED


def _marks() -> dict[str, str]:
    from shoal.drivers.process.environment import markers

    return markers("realm", "workload", "instance")


# What is shown


def _readable(value: Value) -> str:
    return value.render(_hole)


def _hole(ref: Ref) -> str:
    """A hole as the file would write it; it is filled when an instance starts."""
    match ref.kind:
        case "secret":
            return MASK
        case "address":
            return f"${{{ref.name.rpartition('->')[2].partition(':')[0]}.{ref.attr}}}"
        case "self":
            return f"${{self.{ref.attr.replace('port:', 'ports.')}}}"
    return f"<{ref.kind}{' ' + ref.name if ref.kind == 'program' else ''}>"


def _masked(answer: Answer, name: str, sources: Sources) -> Answer:
    """Without what is nobody's business: by the variable's name, by what it is made of, or as a part of an address."""
    hidden = sources.secretive(name) or any(sources.secretive(one) for one, _ in answer.made)
    secrets = sources.secret_values()

    def masked(claim: Claim) -> Claim:
        value = claim.value
        if value and hidden and "${" not in value:
            value = MASK
        for secret in secrets:
            value = value and value.replace(secret, MASK)
        return claim._replace(value=value and _LOGIN.sub(rf"\1:{MASK}@", value))

    made = [(one, claim._replace(value=masked(claim).value)) for one, claim in answer.made]
    return answer._replace(claims=[masked(claim) for claim in answer.claims], made=made)


def _print(answer: Answer) -> None:
    winner = answer.winner()
    data(f"{answer.name} = {winner.value}" if winner else f"{answer.name} is set nowhere")
    for claim in answer.claims:
        verdict = "wins" if claim is winner else "loses"
        data(f"  {verdict:<6} {_where(claim)}: {'taken away' if claim.value is None else claim.value}")
        if claim is winner:
            for name, source in answer.made:
                data(f"         made of {name}, {_where(source)}")
    for use in answer.uses:
        data(f"  used   {use.place}: {'.'.join(map(str, use.path))}{': ' if use.text else ''}{use.text}")


def _where(claim: Claim) -> str:
    return " ".join(str(part) for part in (claim.place, claim.source and f"({claim.source})") if part)


def _print_json(answer: Answer) -> None:
    winner = answer.winner()
    explained = {
        "name": answer.name,
        "value": winner.value if winner else None,
        "claims": [{**_plain(claim), "wins": claim is winner} for claim in answer.claims],
        "made_of": [{"name": name, **_plain(claim)} for name, claim in answer.made],
        "uses": [{"path": list(use.path), "place": _spot(use.place), "text": use.text} for use in answer.uses],
    }
    as_json({"version": 1, "app": None, "explained": explained})


def _plain(claim: Claim) -> dict[str, str | None]:
    return {"source": claim.source, "place": _spot(claim.place), "value": claim.value}


def _spot(place: Spot | None) -> str | None:
    return str(place) if place else None

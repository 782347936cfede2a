"""Targets with containers: nothing that runs there refers to a folder of this machine. Images that no stack made."""

from __future__ import annotations

from typing import Any

import pytest

from shoal.desired import Inputs, compile, folders
from shoal.errors import FileError, Place
from shoal.model.app import App, File, Port, Route, Service
from shoal.model.container import Image, Mount, Security
from shoal.model.observed import Endpoint
from shoal.model.values import Value, concat
from shoal.model.workload import Workload
from shoal.stacks import Source
from tests.unit.desired.apps import app, asks, desired, job, service, words, workload

NGINX = Image("nginx:1.29")
OWN = Image(dockerfile="Dockerfile")
HTTP = (Port(number=80),)


def on_docker(*parts: Service, **rest: Any) -> App:
    return app(*parts, target="docker", **rest)


def compiled(one: Service, **rest: Any) -> Workload:
    return workload(desired(on_docker(one, **rest)), one.name)


def test_a_service_without_build_steps_runs_from_a_copy_of_its_source() -> None:
    found = desired(on_docker(service("api")))
    api = workload(found, "api")
    (copy,) = found.artifacts
    assert (copy.steps, copy.source) == ((), "/shop/api")
    assert (api.artifact, str(api.cwd)) == (copy.key, f"${{artifact:{copy.key}}}")


def test_on_processes_it_runs_where_it_lies() -> None:
    found = desired(app(service("api")))
    assert (found.artifacts, str(workload(found, "api").cwd)) == ((), "/shop/api")


@pytest.mark.parametrize("image", [None, OWN], ids=["of a stack", "of a Dockerfile"])
def test_what_it_is_made_of_is_part_of_its_revision(image: Image | None) -> None:
    of = on_docker(service("api", image=image))

    def revision(digest: str) -> str:
        return workload(compile(of, sources(of, digest)), "api").revision

    assert revision("one") != revision("other")


def sources(of: App, digest: str = "d1") -> Inputs:
    return Inputs({key: Source(f"/shop/{folder.path}", digest=digest) for key, folder in folders(of).items()})


def test_an_image_needs_no_folder() -> None:
    of = on_docker(service("proxy", image=NGINX, command=(), ports=HTTP))
    assert folders(of) == {}
    found = compile(of, Inputs())
    proxy = workload(found, "proxy")
    assert (found.artifacts, proxy.artifact, proxy.command, str(proxy.cwd)) == ((), "", (), "")
    assert proxy.image == NGINX


def test_a_dockerfiles_folder_is_read_whole() -> None:
    """What a stack would leave out (`target`, `dist`) may be what the Dockerfile copies."""
    of = on_docker(service("site", path="web", image=OWN), service("web"))
    assert {key: folder.dockerfile for key, folder in folders(of).items()} == {
        "web": "",
        "web for Dockerfile": "Dockerfile",
    }


def test_an_image_is_run_by_the_files_command_and_entrypoint_at_a_path_of_its_own() -> None:
    image = Image("app:1", entrypoint=(concat("init"), asks("self", "port")))
    one = service("a", image=image, command=words("serve"), args=words("-v"), working_dir="/srv", ports=HTTP)
    found = compiled(one)
    assert found.image is not None and found.image.entrypoint is not None
    assert [str(word) for word in found.image.entrypoint] == ["init", "${self:port:http}"]
    assert ([str(word) for word in found.command], str(found.cwd)) == (["serve", "-v"], "/srv")


def test_its_migration_runs_in_the_same_image() -> None:
    found = desired(on_docker(service("a", image=NGINX, migrate=words("migrate"))))
    assert workload(found, "a.migrate").image == NGINX


def test_jobs_have_images_too() -> None:
    assert compiled(job("load", image=NGINX, command=())).image == NGINX


def test_what_a_dockerfile_is_told_of_the_gateway_is_text() -> None:
    image = Image(dockerfile="Dockerfile", args={"API": asks("gateway", "url")})
    of = on_docker(service("web", image=image), routes=(Route(to="web"),))
    at = Inputs(sources(of).sources, gateway=Endpoint("127.0.0.1", 8080))
    with pytest.raises(FileError, match="nobody tells its image"):
        compile(of, at)
    given = on_docker(service("web", image=image, ports=HTTP), routes=(Route(to="web"),))
    found = workload(compile(given, at), "web").image
    assert found is not None and str(found.args["API"]) == "http://127.0.0.1:8080"


def test_mounts_and_rights_are_carried_over() -> None:
    mounts, security = (Mount("/data", "data"),), Security(user="7")
    found = compiled(service("a", mounts=mounts, security=security))
    assert (found.mounts, found.security, found.contained) == (mounts, security, True)


@pytest.mark.parametrize("told", [
    {"ports": HTTP},
    {"ports": (Port(env=("LISTEN",)),)},
    {"ports": (Port(),), "args": (asks("self", "port"),)},
    {"ports": (Port(),), "environment": {"P": asks("self", "ports.http")}},
    {"ports": (Port(),), "files": (File("x.conf", asks("self", "port")),)},
    {"ports": (Port(),), "image": Image("a", entrypoint=(asks("self", "port"),))},
    {"ports": (Port(number=80), Port("admin", env=("ADMIN",)))},
    {"ports": ()},
    {"ports": None},
], ids=str)  # fmt: skip
def test_a_port_that_is_known_or_handed_over(told: dict[str, Any]) -> None:
    compiled(service("a", **{"image": NGINX, **told}))


@pytest.mark.parametrize("untold", [
    {"ports": (Port(),)},
    {"ports": (Port(number=80), Port("admin"))},
    {"ports": (Port(number=80), Port("admin")), "args": (asks("self", "port"),)},
    {"ports": (Port(),), "environment": {"P": Value(("8080",))}},
], ids=str)  # fmt: skip
def test_a_port_that_nobody_tells_is_refused_where_it_stands(untold: dict[str, Any]) -> None:
    name = untold["ports"][-1].name
    of = on_docker(service("a", image=NGINX, **untold))
    of.places[f"services.a.ports.{name}"] = Place("shoal.yaml", 5, 3)
    with pytest.raises(FileError) as caught:
        compile(of, Inputs())
    assert str(caught.value) == (
        f"shoal.yaml:5:3: services/a: nobody tells its image at which port to listen as {name}\n"
        "  say which one it has chosen: port: {number: 80}; or who tells it: port: {env: PORT}"
    )


def test_the_implied_port_too() -> None:
    of = on_docker(service("a", image=NGINX), routes=(Route(to="a"),))
    with pytest.raises(FileError, match="listen as http"):
        compile(of, Inputs())

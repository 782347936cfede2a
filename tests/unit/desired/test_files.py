"""Configuration files are part of what a service is: what changes them changes its revision, and no other's."""

from __future__ import annotations

import msgspec
import pytest

from shoal.desired import compile
from shoal.desired.inputs import Inputs
from shoal.errors import Place, UnknownReference, WrongType
from shoal.model.app import App, File, Port, Service
from shoal.model.values import Ref, Value, concat
from shoal.model.workload import Copy, Workload
from shoal.stacks import Source

INI = File("app.ini", concat("listen=", Value((Ref("property", "self", "port"),))))
CONF = {"": Copy(b"\x00\xff", executable=True)}
FOLDER = {"a.txt": Copy(b"a"), "sub/b.txt": Copy(b"b")}


def app(*files: File) -> App:
    web = Service("web", path="web", stack="command", command=(concat("run"),), ports=None, files=files)
    other = Service("other", path="web", stack="command", command=(concat("run"),), ports=())
    place = Place("shoal.yaml", 7, 7)
    return App("shop", "/shop", services=(web, other), places={f"services.web.files.{f.path}": place for f in files})


def web(*files: File, **copies: dict[str, Copy]) -> Workload:
    desired = compile(with_route(app(*files)), Inputs({"web": Source("/shop/web")}, copies=copies))
    found = desired.workload("web")
    assert found is not None
    return found


def with_route(some: App) -> App:
    first, *others = some.services
    return msgspec.structs.replace(some, services=(msgspec.structs.replace(first, ports=(Port(),)), *others))


def test_a_template_is_bound_to_the_instance() -> None:
    assert web(INI).files == {"app.ini": concat("listen=", Value((Ref("self", "", "port:http"),)))}


def test_a_file_and_a_folder_are_copied() -> None:
    found = web(File("./bin/run", source="conf"), File("all", source="folder"), conf=CONF, folder=FOLDER).copies
    assert found == {"./bin/run": CONF[""], "all/a.txt": Copy(b"a"), "all/sub/b.txt": Copy(b"b")}


def test_a_changed_file_is_another_revision_of_that_service_alone() -> None:
    file = File("app.conf", source="conf")

    def revisions(content: bytes) -> tuple[str, ...]:
        inputs = Inputs({"web": Source("/shop/web")}, copies={"conf": {"": Copy(content)}})
        return tuple(w.revision for w in compile(app(file), inputs).workloads)

    (web, other), (changed, same) = revisions(b"one"), revisions(b"two")
    assert (web != changed, other == same) == (True, True)


def test_a_reference_to_what_is_not_there_is_an_error() -> None:
    with pytest.raises(UnknownReference):
        web(File("x", Value((Ref("property", "nobody", "url"),))))


@pytest.mark.parametrize("files", [
    (File("all", source="folder"), File("all/a.txt", concat("mine"))),
    (File("all", source="folder"), File("all/a.txt/more", concat("mine"))),
    (File("all", source="conf"), File("all/more", concat("mine"))),
])  # fmt: skip
def test_a_copied_file_in_the_way_is_an_error_with_its_place(files: tuple[File, ...]) -> None:
    with pytest.raises(WrongType, match="is in the way of") as caught:
        web(*files, conf=CONF, folder=FOLDER)
    assert caught.value.where == Place("shoal.yaml", 7, 7)

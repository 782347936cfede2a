"""A service that somebody else runs must be waited for, told to who needs it, and started by nobody."""

from __future__ import annotations

import socket

from tests.scenarios.app import App
from tests.scenarios.conftest import Make
from tests.scenarios.programs import worker

ASLEEP = "exec sleep 1000"
SHOP = worker("web", ASLEEP, "needs: [db]") + (
    "backing: {db: {postgres: {version: 18}}}\n"
    "environments: {prod: {backing: {db: {postgres: null, external: "
    '{kind: postgres, uri: "${secrets.db}", timeout: 1s}}}}}\n'
    "secrets: {db: {env: DB_URI}}\n"
)


def place(port: int) -> dict[str, str]:
    return {"DB_URI": f"postgresql://ann:s3cretpassw0rd@127.0.0.1:{port}/orders", "SHOAL_ENV": "prod"}


def test_another_environment_has_it_elsewhere_and_the_service_notices_nothing(app: Make) -> None:
    shop: App = app(SHOP)
    with socket.create_server(("127.0.0.1", 0)) as server:
        there = place(server.getsockname()[1])
        shop.ok("up", "-d", "--wait", env=there)
        assert shop.ok("exec", "web", "printenv", "DATABASE_URL", env=there).out.strip() == there["DB_URI"]
        assert shop.ok("exec", "web", "printenv", "DB_DATABASE", env=there).out.strip() == "orders"
        instances = shop.ok("ps", "--json", env=there).json["instances"]
        assert [i["workload"] for i in instances if i["phase"] != "exited"] == ["web"]
        for verb in (["config"], ["plan"], ["events"], ["ps", "--json"]):
            assert "s3cretpassw0rd" not in shop.ok(*verb, env=there).out


def test_one_that_is_not_there_is_an_error_with_its_place(app: Make) -> None:
    shop: App = app(SHOP)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        there = place(port)
        result = shop.shoal("up", "-d", "--wait", env=there)
    assert result.code == 7
    assert f"db can't be reached at 127.0.0.1:{port}: Connection refused (tried for 1 s)" in result.err
    assert "s3cretpassw0rd" not in result.err + result.out

from __future__ import annotations

from tests.unit.spec.conftest import Load


def test_every_part_of_the_file_has_its_place(loaded: Load) -> None:
    app = loaded(
        "services:\n"
        "  users:\n"
        "    path: users\n"
        "    needs:\n"
        "      - users-db\n"
        "      - posts: {timeout: 1s}\n"
        "  posts: {path: posts, needs: {users: , users-db: {database: x}}}\n"
        "backing:\n"
        "  users-db: postgres\n"
        "gateway:\n"
        "  routes:\n"
        "    - {path: /a, to: users}\n"
        "    - {path: /b, to: posts}\n"
    )
    for path, place in {
        "services.users": (2, 3),
        "services.users.path": (3, 5),
        "services.users.needs.0": (5, 9),
        "services.users.needs.1": (6, 9),
        "services.posts.needs.users": (7, 32),
        "services.posts.needs.0": (7, 32),
        "services.posts.needs.1": (7, 41),
        "backing.users-db": (9, 3),
        "gateway.routes.1": (13, 7),
    }.items():
        assert app.places[path] == ("shoal.yaml", *place), path

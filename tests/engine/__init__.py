"""A container engine of the tests' own, and stand-ins for the official images.

No registry of images can be reached where these tests run. So a small registry on the loopback serves stand-ins under
the official names, made of Debian's packages and of the wheels that shoal's extras bring (`table`), and a private
`dockerd` has it as its mirror: `docker pull postgres:16` works as it does elsewhere. What the stand-ins have in common
with the official images is what others rely on: paths, users, environment, entrypoints, ports, volumes. They are made
once, in about a minute, and kept below ~/.cache/shoal-tests/engine (delete it to make them anew).

In tests: the mark `docker`, and the fixture `engine` (`engine.host` is the value for DOCKER_HOST, `engine.registry` the
host and port of the registry, for pushes). One engine serves all processes of a session. After the last test of those
that ran at once nothing of shoal's may be left in it.

By hand, as root:

    eval "$(python -m tests.engine up)"     # export DOCKER_HOST=unix:///...; it goes on until `down`
    docker run --rm postgres:16 postgres --version
    python -m tests.engine down

It needs root and what `needs` names (`.ci/run` installs it). It leaves the machine's own engine, its firewall and its
forwarding alone: networks have addresses of their own, and docker-proxy publishes ports. Since nothing is forwarded,
containers reach each other and this machine, and nothing beyond; where the machine does forward (it has an engine of
its own), its networks are not kept apart, and its firewall may keep containers from each other.
"""

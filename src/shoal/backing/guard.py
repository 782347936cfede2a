"""Data is kept from a server that can't read it: a job beside the data folder notes which server wrote it last."""

from __future__ import annotations

from shoal.model.app import Backing
from shoal.model.values import Ref, Value, concat
from shoal.model.workload import Workload

# `here` is a product and a version, such as `Valkey 9.1`. Newer ones of the same product read what older ones wrote.
GUARD = """\
have=$(cat "$DATA/made-with" 2>/dev/null || true)
if [ -n "$have" ] && [ "$have" != "$here" ]; then
  oldest=$(printf '%s\\n%s\\n' "${have##* }" "${here##* }" | sort -V | head -n 1)
  if [ "${have% *}" != "${here% *}" ] || [ "$oldest" != "${have##* }" ]; then
    echo "$NAME holds data of $have, but the server here is $here, which can't read it." >&2
    echo "(\\`shoal backing upgrade\\` brings data to newer versions only.)" >&2
    echo "Say the \\`version\\` that wrote it (and install that), or drop the data with: shoal down -v" >&2
    [ -z "${WAY_OUT:-}" ] || echo "$WAY_OUT" >&2
    exit 64
  fi
fi
printf '%s\\n' "$here" > "$DATA/made-with.new"
mv "$DATA/made-with.new" "$DATA/made-with"
"""


def folder(backing: Backing) -> Value:
    return Value((Ref("data", backing.name),))


def guard(
    backing: Backing, server: Value, version: str, *, more: str = "", env: dict[str, Value] | None = None
) -> Workload:
    """The job `NAME.prepare`. `version` is shell that sets `here`, given the server's path in $SERVER; `more` is what
    else there is to prepare."""
    return Workload(
        name=f"{backing.name}.prepare",
        kind="job",
        owner=backing.name,
        command=(concat("/bin/sh"), concat("-c"), concat("set -eu\numask 077\n", version, GUARD, more)),
        env={"NAME": concat(backing.name), "DATA": folder(backing), "SERVER": server} | (env or {}),
        cwd=folder(backing),
        data=backing.name,
        once_per=backing.name,
    )

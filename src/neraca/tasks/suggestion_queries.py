"""SQL on the sources of suggestions."""

from collections.abc import Mapping
from uuid import UUID

from neraca.kit.session import Connection


async def meet(db: Connection, found: Mapping[UUID, str | None]) -> None:
    await db.execute(
        "insert into suggester (id, name) select * from unnest(%(i)s::uuid[], %(n)s::text[]) on conflict do nothing",
        {"i": list(found), "n": list(found.values())},
    )

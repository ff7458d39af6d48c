"""One coarse job in a process of its own: `python -m neraca.server.job KIND CLIENT ID`.

What a job loads (NumPy for estimates, whole pages of rows) is gone with it, so an idle worker stays
small. The process ends by itself when the worker that started it is gone.
Exit status 0: done; 75: another process is at it; anything else: failed.
"""

import asyncio
import sys
from uuid import UUID

from neraca.accounts import House
from neraca.kit import lifeline
from neraca.server import logs, settings

BUSY = 75  # EX_TEMPFAIL


async def _run(house: House, kind: str, client_id: UUID, which: UUID) -> int:
    cell = await house.cell(client_id)
    try:
        if kind == "import":
            from neraca.tasks.imports import jobs as imports  # noqa: PLC0415 - each job loads its own

            return 0 if await imports.run(house, cell, which) else BUSY
        if kind == "export":
            from neraca.deliver.exports import jobs as exports  # noqa: PLC0415

            return 0 if await exports.run(house, cell, which) else BUSY
        if kind == "estimate":
            from neraca.quality import jobs as quality  # noqa: PLC0415

            await quality.run(house, cell, which)
            return 0
    finally:
        await house.close()
    raise ValueError(f"there is no job of the kind {kind}")


async def _give_up(house: House, kind: str, client_id: UUID, which: UUID) -> int:
    """After the last attempt: the row says that it failed."""
    cell = await house.cell(client_id)
    try:
        async with house.inside(cell) as db:
            if kind == "import":
                from neraca.tasks.imports import queries as imports  # noqa: PLC0415

                await imports.finish(db, which, "failed", {"code": "internal-error"})
            if kind == "export":
                from neraca.deliver.exports import queries as exports  # noqa: PLC0415

                await exports.fail(db, which, {"code": "internal-error"})
    finally:
        await house.close()
    return 0


def main(arguments: list[str]) -> int:
    """Runs the job that the arguments name; `give-up` before them marks it as failed."""
    giving_up = arguments[:1] == ["give-up"]
    kind, client_id, which = arguments[1:] if giving_up else arguments
    logs.configure()
    lifeline.follow()
    work = _give_up if giving_up else _run
    return asyncio.run(work(settings.load().house(), kind, UUID(client_id), UUID(which)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The queue of coarse jobs: procrastinate in the control plane, each job run as a child process."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import structlog
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision, exceptions, jobs
from psycopg.conninfo import make_conninfo

from neraca.accounts import CONTROL
from neraca.kit.lifeline import Lifeline
from neraca.server.job import BUSY

KINDS = ("import", "export", "estimate")
LATEST = frozenset({"estimate"})  # one that waits is enough, and the next one makes good for a failed one
AT_ONCE = 2  # children of one worker
ATTEMPTS = 12  # with those that were broken off
LONGEST_WAIT = 60
HEARTBEAT_SECONDS = 3.0
STALLED_SECONDS = 10.0
log = structlog.get_logger("neraca.jobs")


class Failed(RuntimeError):
    """The child ended with this status."""


class Busy(RuntimeError):
    """Another process is at it: look again later."""


class Again(BaseRetryStrategy):
    """A job that failed is tried again a few times; one that was broken off, whenever there is a worker."""

    def get_retry_decision(self, *, exception: BaseException, job: jobs.Job) -> RetryDecision | None:
        if isinstance(exception, Failed) and (job.task_name in LATEST or job.attempts + 1 >= ATTEMPTS):
            return None
        return RetryDecision(retry_in={"seconds": min(2 * job.attempts + 1, LONGEST_WAIT)})


async def child(line: Lifeline, *arguments: str) -> int:
    """Runs one job; it is ended when this task is cancelled, and ends by itself if we are killed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "neraca.server.job",
        *arguments,
        pass_fds=[line.reader],
        env={**os.environ, **line.environment()},
    )
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


class Jobs:
    """Starts jobs and runs them. Arguments are a client and an id, never content."""

    def __init__(self, dsn: str) -> None:
        self._line = Lifeline()
        self._app = App(
            connector=PsycopgConnector(
                conninfo=make_conninfo(dsn, dbname=CONTROL), min_size=1, max_size=4, max_idle=60.0
            )
        )
        for kind in KINDS:
            self._app.task(name=kind, queue="coarse", pass_context=True, retry=Again())(self._run)

    async def _run(self, context: JobContext, client: str, which: str) -> None:
        kind = context.job.task_name
        begun = asyncio.get_running_loop().time()
        status = await child(self._line, kind, client, which)
        seconds = round(asyncio.get_running_loop().time() - begun, 2)
        log.info("job", kind=kind, client=client, id=which, status=status, seconds=seconds)
        if status == 0:
            return
        if context.job.attempts + 1 >= ATTEMPTS and status != BUSY:
            await child(self._line, "give-up", kind, client, which)
        raise Busy if status == BUSY else Failed(str(status))

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Connections to the queue, for the time of the block."""
        async with self._app.open_async():
            yield

    async def start(self, kind: str, client_id: UUID, which: UUID) -> None:
        """Puts a job into the queue.

        A relay that dies at the wrong moment puts it there twice: the lock lets one run after the
        other, and the second finds nothing left to do.
        """
        name = f"{kind}:{client_id}:{which}"
        waiting = name if kind in LATEST else None
        try:
            await self._app.configure_task(name=kind, queue="coarse", queueing_lock=waiting, lock=name).defer_async(
                client=str(client_id), which=str(which)
            )
        except exceptions.AlreadyEnqueued:
            log.debug("job-waits-already", kind=kind, id=str(which))

    async def rescue(self) -> int:
        """Puts jobs of workers that died back into the queue; gives how many."""
        found = list(await self._app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS))
        for job in found:
            try:
                await self._app.job_manager.retry_job(job)
            except (exceptions.AlreadyEnqueued, exceptions.UniqueViolation):  # the one that waits does it
                await self._app.job_manager.finish_job(job, jobs.Status.ABORTED, delete_job=True)
            log.info("job-rescued", kind=job.task_name)
        return len(found)

    async def work(self) -> None:
        """Runs jobs until cancelled."""
        await self._app.run_worker_async(
            queues=["coarse"],
            name=f"worker-{os.getpid()}",
            concurrency=AT_ONCE,
            fetch_job_polling_interval=2.0,  # a lost LISTEN connection does not come back by itself
            abort_job_polling_interval=60.0,
            shutdown_graceful_timeout=0.1,
            delete_jobs="successful",
            install_signal_handlers=False,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_SECONDS,
        )

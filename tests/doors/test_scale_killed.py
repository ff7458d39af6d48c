"""The worker is killed with -9 while it sends this door's callbacks: each task's come, all of them, in their order."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from scaleapi.tasks import TaskType
from tests.doors.account import Account, fresh
from tests.doors.test_scale_foreign import completed, enter
from tests.fixtures.served import Client, Served, serving, soon

TASKS = 12
LEASE_SECONDS = 30.0  # after which what a dead worker had claimed is sent by the next one


@dataclass
class Receiver:
    """Takes callbacks, and holds them without an answer while it is told to."""

    url: str = ""
    calls: list[tuple[str, Any]] = field(default_factory=list)  # answered, in the order of the answers
    held: list[str] = field(default_factory=list)
    holding: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: str, body: Any) -> bool:
        """False for one that gets no answer."""
        if self.holding.is_set():
            self.held.append(body["task_id"])
            self.ended.wait(120)
            return False
        with self._turn:
            self.calls.append((key, body))
        return True

    def of(self, task_id: str) -> list[Any]:
        return [body for _, body in self.calls if body["task_id"] == task_id]


@contextmanager
def receiving() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if found.take(self.headers["scale-callback-auth"], body):
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


async def told_of(served: Served, client: Client) -> int:
    """How many callbacks are on their way."""
    async with served.cell(client) as (house, cell), house.inside(cell) as db:
        row = await (await db.execute("select count(*)::int as n from delivery")).fetchone()
    assert row is not None
    return int(row["n"])


def test_a_worker_killed_amid_its_callbacks_tells_every_task_in_order() -> None:
    with serving() as served, receiving() as receiver:
        owner = Account(served, served.add_client(fresh("killed callbacks")))
        hook = f"{receiver.url}/hook"
        ids = [owner.live.create_task(TaskType.LaneAnnotation, callback_url=hook).id for _ in range(TASKS)]

        receiver.holding.set()
        for task_id in ids:
            assert enter(owner, task_id, "Ada", {"lanes": 2}).status_code == 200
        soon(lambda: receiver.held, 60, "no callback is under way")
        soon(lambda: asyncio.run(told_of(served, owner.client)) == TASKS, 60, "the first callbacks are not made")
        for task_id in ids:
            completed(owner, task_id).audit(accepted=True, comments="Fine.")  # a second callback, after the first
        assert served.kill("worker")
        assert receiver.calls == []
        held = set(receiver.held)
        receiver.holding.clear()

        soon(lambda: receiver.calls, 60, "nothing came from the next worker")  # the tasks that the first had not begun
        soon(lambda: served.kill("worker"), 60, "there is no worker to kill again")

        def told(task_id: str) -> bool:
            return any(body["task"].get("customer_review_status") == "accepted" for body in receiver.of(task_id))

        soon(lambda: all(map(told, ids)), 2 * LEASE_SECONDS + 30, "callbacks are missing")
        assert held <= set(ids)
        assert held
        for task_id in ids:
            reviews = [body["task"].get("customer_review_status") for body in receiver.of(task_id)]
            assert reviews == sorted(reviews, key=lambda one: one is not None), "an older state came after a newer one"
            assert reviews[0] is None
            assert all(body["status"] == "completed" for body in receiver.of(task_id))
            assert all(body["response"] == {"lanes": 2} for body in receiver.of(task_id))
        noted = [owner.live.get_task(task_id).as_dict().get("callback_succeeded") for task_id in ids]
        assert noted == [True] * TASKS
        assert {key for key, _ in receiver.calls} == {owner.callback_key()}

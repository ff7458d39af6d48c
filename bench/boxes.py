"""`python -m bench.boxes`: a crowd that draws boxes works through a running Neraca; are its verdicts worth more?

Each simulated labeler asks for work and submits over HTTP; the worker estimates and decides. Two of twelve labelers are
careless: they find half, invent two or three objects a picture, guess the class and shake. After a pilot of 60 pictures
the estimate has run, and 140 more are answered, five times each. Beside the verdicts, from the very same answers: the
majority's objects (drawn by more than half, median edges, class of most) and the best single labeler, chosen with the
truth. Then 140 further pictures are asked for until a confidence is reached.
"""

import io
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import numpy as np
from PIL import Image

from bench.installation import Installation, installed
from bench.measures import drawing

PILOT, TASKS, LABELERS, ANSWERS = 60, 140, 12, 5
SEEDS = 3
TARGET = 0.9
WAIT_SECONDS = 120.0
LEASTS = (0.5, 0.8)
Answers = dict[int, dict[int, drawing.Objects]]


class Studio:
    """One project of pictures with a simulated crowd."""

    def __init__(self, at: Installation, seed: int) -> None:
        self.crowd = drawing.crowd(seed, tasks=PILOT + 2 * TASKS, labelers=LABELERS, answers=LABELERS)
        self._manager = at.manager()
        self._people = [self._hire(at, seed, n) for n in range(LABELERS)]
        self._dice = random.Random(seed)  # noqa: S311 - a seed, no secret
        self.project = self._made(seed)
        self._number: dict[str, int] = {}
        self.answers: Answers = {}

    def _hire(self, at: Installation, seed: int, n: int) -> httpx.Client:
        key, _ = at.hire(f"draws {seed} {n}")
        return httpx.Client(base_url=at.url, headers={"Authorization": f"Bearer {key}"}, timeout=60)

    def _made(self, seed: int) -> str:
        config = {
            "question": "Box it", "shapes": ["box"],
            "classes": [{"id": name, "label": name} for name in drawing.names(self.crowd)],
        }  # fmt: skip
        body = {
            "name": f"Boxes {seed}", "kind": "image", "config": config, "minutes": 1,
            "policy": {"type": "fixed", "answers": ANSWERS}, "price": {"micros": 50_000, "currency": "USD"},
        }  # fmt: skip
        return str(self._said(self._manager.post("/api/projects", json=body))["id"])

    def _said(self, told: httpx.Response) -> dict[str, Any]:
        if told.is_error:
            raise RuntimeError(told.text)
        return dict(told.json())

    def pictures(self, first: int, count: int) -> None:
        """Tasks for a stretch of the crowd's pictures."""
        picture = io.BytesIO()
        Image.new("L", (1000, 1000)).save(picture, "PNG")
        kind = {"Content-Type": "image/png"}
        asset = self._said(self._manager.post("/api/assets", content=picture.getvalue(), headers=kind))["id"]
        body = {"tasks": [{"params": {"image": f"asset:{asset}"}}] * count}
        made = self._said(self._manager.post(f"/api/projects/{self.project}/tasks", json=body))["items"]
        self._number |= {task["id"]: first + n for n, task in enumerate(made)}

    def policy(self, policy: dict[str, Any]) -> None:
        """How many answers are asked for from now on."""
        self._said(self._manager.patch(f"/api/projects/{self.project}", json={"policy": policy}))

    def work(self) -> None:
        """Until every task is decided: labelers ask in turns at random, and the worker decides."""
        end = time.monotonic() + WAIT_SECONDS
        while self._open():
            if time.monotonic() > end:
                raise RuntimeError("The tasks were not decided.")
            order = self._dice.sample(range(LABELERS), LABELERS)
            with ThreadPoolExecutor(2) as pool:
                done = list(pool.map(self._draw, order))
            if any(done):
                end = time.monotonic() + WAIT_SECONDS
            else:
                time.sleep(0.3)

    def _open(self) -> bool:
        told = self._said(self._manager.get(f"/api/projects/{self.project}/progress"))
        return bool(told["open"])

    def _draw(self, w: int) -> bool:
        given = self._people[w].post("/api/work/next", json={"project_id": self.project})
        if given.status_code == 204:
            return False
        lease = self._said(given)
        t = self._number[lease["task_id"]]
        said = drawing.drawn(self.crowd, t, w)
        body = {"fence": lease["fence"], "answer": {"objects": said}, "active_ms": 9000}
        self._said(self._people[w].post(f"/api/work/leases/{lease['lease_id']}/submit", json=body))
        self.answers.setdefault(t, {})[w] = said
        return True

    def estimated(self) -> None:
        """Waits for the worker's estimate."""
        end = time.monotonic() + WAIT_SECONDS
        while not self._said(self._manager.get(f"/api/projects/{self.project}/quality"))["estimated_at"]:
            if time.monotonic() > end:
                raise RuntimeError("There was no estimate.")
            time.sleep(0.5)

    def verdicts(self, tasks: Sequence[int]) -> dict[int, dict[str, Any]]:
        """What the engine holds true of them."""
        wanted = set(tasks)
        found = {}
        for name, t in self._number.items():
            if t in wanted:
                found[t] = dict(self._said(self._manager.get(f"/api/tasks/{name}"))["verdict"])
        return found


def one(at: Installation, seed: int) -> dict[str, float]:
    """The figures of one crowd."""
    studio = Studio(at, seed)
    crowd = studio.crowd
    studio.pictures(0, PILOT)
    studio.work()
    studio.estimated()
    main = range(PILOT, PILOT + TASKS)
    studio.pictures(PILOT, TASKS)
    studio.work()
    held = studio.verdicts(main)
    answers = {t: studio.answers[t] for t in main}
    ours = {t: v["answer"]["objects"] for t, v in held.items()}
    told: dict[str, float] = {}
    for least in LEASTS:
        told |= {
            f"single {least}": drawing.single(crowd, answers, least),
            f"majority {least}": drawing.f1(crowd, drawing.majority(crowd, answers), least),
            f"verdicts {least}": drawing.f1(crowd, ours, least),
        }
    told["confidence"] = float(np.mean([v["confidence"] for v in held.values()]))
    told["share"] = float(np.mean([drawing.share(crowd, t, said) for t, said in ours.items()]))
    last = range(PILOT + TASKS, PILOT + 2 * TASKS)
    studio.policy({"type": "target", "confidence": TARGET, "min": 2, "max": LABELERS - 2})
    studio.pictures(PILOT + TASKS, TASKS)
    studio.work()
    until = studio.verdicts(last)
    met = {t: v["answer"]["objects"] for t, v in until.items() if v["reason"] == "met"}
    told |= {
        "met": len(met) / TASKS,
        "met share": float(np.mean([drawing.share(crowd, t, said) for t, said in met.items()])) if met else 0.0,
        "answers": float(np.mean([len(v["answers"]) for v in until.values()])),
        "target 0.5": drawing.f1(crowd, {t: v["answer"]["objects"] for t, v in until.items()}, 0.5),
    }
    return told


def main() -> None:
    """A table in Markdown, the mean over crowds."""
    with installed() as at:
        at.start()
        at.worker()
        rows = [one(at, seed) for seed in range(SEEDS)]
    mean = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    print(f"| {TASKS} pictures, {ANSWERS} answers, {SEEDS} crowds | best single labeler | majority | verdicts |")
    print("|---|--:|--:|--:|")
    for least in LEASTS:
        figures = " | ".join(f"{mean[f'{who} {least}']:.4f}" for who in ("single", "majority", "verdicts"))
        print(f"| F1 at IoU {least}, right class | {figures} |")
    print(f"\nstated confidence {mean['confidence']:.3f}, right share of objects {mean['share']:.3f}")
    print(
        f"asked until {TARGET}: {mean['met']:.0%} met, of which {mean['met share']:.3f} right, "
        f"{mean['answers']:.2f} answers a picture, F1 at IoU 0.5 {mean['target 0.5']:.4f}"
    )


if __name__ == "__main__":
    main()

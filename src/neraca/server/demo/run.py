"""The demo's run: a crowd of simulated labelers and one model work through the public HTTP API.

Three projects over the same scans: one asks until it is sure, two ask a fixed number of times. Everybody
works for all three; a simulated labeler gives the same answer to the same scan in each.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from neraca.client import Client, SignedIn
from neraca.server.demo import crowd, digits, model, projects
from neraca.wire.projects import FixedPolicy, Project, TargetPolicy
from neraca.wire.tasks import TaskNew
from neraca.wire.work import Lease

TARGET = 0.98
PAUSE_SECONDS = 0.25  # of a labeler for whom there is nothing now
LOOK_SECONDS = 0.5
First = Mapping[str, Any]  # first-run.json
Says = Callable[[Client, Lease], int]
Told = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How large the demo is."""

    tasks: int
    people: int
    seed: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one project ended: accuracy and mean stated confidence 0..1 over all tasks, answers a task."""

    name: str
    tasks: int
    accuracy: float
    confidence: float
    answers_per_task: float
    answers: int
    export: str


@dataclass(frozen=True, slots=True)
class Result:
    """All three, and how fast it went."""

    outcomes: list[Outcome]
    answers: int
    seconds: float
    model_answers: int
    model_accuracy: float

    @property
    def answers_per_second(self) -> float:
        return self.answers / self.seconds if self.seconds else 0.0


@dataclass(slots=True)
class Watch:
    """How the run tells of itself: name of the step, done, of how many."""

    told: Told
    stop: threading.Event = field(default_factory=threading.Event)
    failures: list[Exception] = field(default_factory=list)


class Demo:
    """One run against a running server, whose first-run file is `first`."""

    def __init__(self, url: str, first: First, plan: Plan, watch: Watch) -> None:
        self._url = url
        self._first = first
        self._plan = plan
        self._watch = watch
        self._digits = digits.load()
        self._scans = range(model.TRAINED_ON, min(model.TRAINED_ON + plan.tasks, len(self._digits.truth)))
        self._scan_of: dict[str, int] = {}
        self._model_said: dict[str, int] = {}

    def run(self, folder: Path) -> Result:
        """Everything from keys to exports, which go into `folder`. Raises `NeracaError`."""
        operator, client = self._first["operator"], self._first["client"]
        with SignedIn(self._url, operator["email"], operator["password"], client_id=client["id"]) as manager:
            keys = []
            try:
                people = crowd.crowd(self._plan.people, self._plan.seed)
                for name in [*(one.name for one in people), model.NAME]:
                    keys.append(manager.make_key(name, mode="test", role="labeler"))  # noqa: PERF401 - those made are revoked
                return self._with_keys([key.key for key in keys], people, folder)
            finally:
                for key in keys:
                    manager.revoke_key(key.id)

    def _with_keys(self, keys: Sequence[str], people: Sequence[crowd.Simulated], folder: Path) -> Result:
        with Client(self._url, str(self._first["test"])) as client:
            made = self._projects(client)
            begun = time.monotonic()
            with ThreadPoolExecutor(len(keys)) as pool:
                for key, one in zip(keys, people, strict=False):
                    pool.submit(self._labels, key, made, self._simulated(one))
                pool.submit(self._labels, keys[-1], made, self._model())
                try:
                    answers = self._until_decided(client, made)
                finally:
                    self._watch.stop.set()
            seconds = time.monotonic() - begun
            outcomes = [self._outcome(client, project, folder) for project in made]
        right = [said == self._digits.truth[self._scan_of[task]] for task, said in self._model_said.items()]
        return Result(outcomes, answers, seconds, len(right), sum(right) / len(right) if right else 0.0)

    def _projects(self, client: Client) -> list[Project]:
        pictures = self._pictures(client)
        policies = (
            (f"until {TARGET:.0%} sure", TargetPolicy(type="target", confidence=TARGET, min=2, max=7)),
            ("always 3 answers", FixedPolicy(type="fixed", answers=3)),
            ("always 5 answers", FixedPolicy(type="fixed", answers=5)),
        )
        made = []
        for name, policy in policies:
            project = client.projects.create(projects.digit_project(f"Digits, simulated: {name}", policy))
            new = (TaskNew(params={"image": pictures[i]}, external_id=digits.external_id(i)) for i in self._scans)
            for i, ref in zip(self._scans, client.tasks.create(project.id, new), strict=True):
                self._scan_of[ref.id] = i
            made.append(project)
        return made

    def _pictures(self, client: Client) -> dict[int, str]:
        """The scans' assets, sent once for all three projects."""
        sent = {}
        for done, i in enumerate(self._scans, 1):
            asset = client.assets.upload(self._digits.picture(i), credit=digits.CREDIT)
            sent[i] = f"asset:{asset.id}"
            self._watch.told("Scans", done, len(self._scans))
        return sent

    def _simulated(self, one: crowd.Simulated) -> Says:
        def says(_: Client, lease: Lease) -> int:
            scan = self._scan_of[lease.task_id]
            return one.says(scan, int(self._digits.truth[scan]), self._plan.seed)

        return says

    def _model(self) -> Says:
        trained = model.Model(self._digits)

        def says(client: Client, lease: Lease) -> int:
            said = trained.says(client.work.picture(lease))
            self._model_said[lease.task_id] = said
            return said

        return says

    def _labels(self, key: str, made: Sequence[Project], says: Says) -> None:
        """One labeler's day: a task of each project in turn, until all is decided."""
        try:
            with Client(self._url, key) as client:
                while not self._watch.stop.is_set():
                    leases = [client.work.next(project.id) for project in made]
                    for lease in leases:
                        if lease is not None:
                            client.work.submit(lease, {"choice": str(says(client, lease))}, active_ms=1500)
                    if not any(leases):
                        self._watch.stop.wait(PAUSE_SECONDS)
        except Exception as failure:  # noqa: BLE001 - told by the main thread
            self._watch.failures.append(failure)

    def _until_decided(self, client: Client, made: Sequence[Project]) -> int:
        while True:
            found = [client.projects.progress(project.id) for project in made]
            for project, progress in zip(made, found, strict=True):
                self._watch.told(project.name.partition(": ")[2], progress.decided, progress.tasks)
            if self._watch.failures:
                raise self._watch.failures[0]
            if all(progress.open == 0 for progress in found):
                return sum(progress.answers for progress in found)
            self._watch.stop.wait(LOOK_SECONDS)

    def _outcome(self, client: Client, project: Project, folder: Path) -> Outcome:
        made = client.exports.start(project.id, "jsonl")
        path = folder / f"{project.name.partition(': ')[2].replace(' ', '-').replace('%', '')}.jsonl"
        client.exports.download(client.exports.wait(made.id), path)
        right, answers, tasks, sure = 0, 0, 0, 0.0
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                tasks += 1
                answers += len(row["answers"])
                sure += row["verdict"]["confidence"]
                right += row["verdict"]["answer"]["choice"] == str(self._digits.truth[self._scan_of[row["id"]]])
        name = project.name.partition(": ")[2]
        return Outcome(name, tasks, right / tasks, sure / tasks, answers / tasks, answers, str(path))

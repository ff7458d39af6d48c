"""Dawid-Skene by engine and size beside crowd-kit: CPU, wall time, memory, and the share of the bandwidth floor."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.quality import peer
from bench.quality.bars import Bar
from neraca.measure import dawid_skene

ROUNDS = 11  # iterations that are timed, less one for what comes once
PEER_ROUNDS = {4: 5, 100: 3}


@dataclass(frozen=True, slots=True)
class Size:
    """A synthetic crowd: labelers of very different zeal, most of them good, a tenth guessing."""

    answers: int
    tasks: int
    labelers: int
    classes: int

    @property
    def name(self) -> str:
        return f"{self.answers:.0e} x {self.classes}".replace("e+0", "e")


SIZES = (
    Size(10**6, 10**5, 5_000, 4), Size(10**6, 10**5, 5_000, 100), Size(10**7, 10**6, 50_000, 4),
    Size(10**7, 10**6, 50_000, 100), Size(10**8, 10**7, 500_000, 4),
)  # fmt: skip


def repeats(size: Size) -> int:
    """How often a run is repeated, of ours and of the peer's alike; the quickest counts."""
    return 3 if size.answers * size.classes <= 10**7 else 1


def crowd(size: Size) -> dict[str, NDArray[np.int32]]:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, size.classes, size.tasks, dtype=np.int32)
    task = np.repeat(np.arange(size.tasks, dtype=np.int32), size.answers // size.tasks)
    skill = rng.beta(6, 2, size.labelers).astype(np.float32)
    skill[rng.random(size.labelers) < 0.1] = 1 / size.classes
    worker = (size.labelers * rng.random(size.answers, dtype=np.float32) ** 2).astype(np.int32)
    worker = np.minimum(worker, size.labelers - 1).astype(np.int32)
    right = rng.random(size.answers, dtype=np.float32) < skill[worker]
    guess = rng.integers(0, size.classes, size.answers, dtype=np.int32)
    return {"task": task, "worker": worker, "label": np.where(right, truth[task], guess).astype(np.int32)}


def run(
    size: Size, given: str, rounds: int, dtype: str, threads: int, *, tolerance: float = 0.0, keep: str = ""
) -> dict[str, Any]:
    """Our engine in a process of its own, so that memory and threads are its alone."""
    words = [sys.executable, "-m", "bench.quality.speed", json.dumps(
        {"size": [size.answers, size.tasks, size.labelers, size.classes], "rounds": rounds, "dtype": dtype,
         "threads": threads, "tolerance": tolerance, "keep": keep, "given": given}
    )]  # fmt: skip
    done = subprocess.run(words, capture_output=True, text=True, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _child(asked: dict[str, Any]) -> dict[str, Any]:
    size = Size(*asked["size"])
    dtype = np.float32 if asked["dtype"] == "f32" else np.float64
    small = Size(10_000, 1_000, 50, size.classes)
    _estimate(crowd(small), small, 2, dtype, asked["threads"], 0.0)  # loads the compiled code
    start = peer.peak()
    with np.load(asked["given"]) as file:
        given = {name: file[name] for name in ("task", "worker", "label")}
    first_wall, first_cpu = _timed(given, size, {**asked, "rounds": 1})[1:]
    found, wall, cpu = _timed(given, size, asked)
    used = max(peer.peak() - start, 1)
    if asked["keep"]:
        np.save(asked["keep"], found.posterior)
    more = max(found.iterations - 1, 1)
    pairs = len(np.unique(given["worker"].astype(np.int64) * size.classes + given["label"]))
    return {
        "wall": wall, "cpu": cpu, "wall_round": (wall - first_wall) / more, "cpu_round": (cpu - first_cpu) / more,
        "peak_kb": used, "iterations": found.iterations,
        "converged": found.converged, "pairs": pairs,
    }  # fmt: skip


def _timed(
    given: dict[str, NDArray[np.int32]], size: Size, asked: dict[str, Any]
) -> tuple[dawid_skene.Estimate, float, float]:
    """The result, and the least wall and CPU time of so many repeats: others use the machine too."""
    dtype = np.float32 if asked["dtype"] == "f32" else np.float64
    walls, cpus, found = [], [], None
    for _ in range(repeats(size)):
        found = None  # not kept beside the next one
        wall, cpu = time.perf_counter(), time.process_time()
        found = _estimate(given, size, asked["rounds"], dtype, asked["threads"], asked["tolerance"])
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    assert found is not None
    return found, min(walls), min(cpus)


def _estimate(
    given: dict[str, NDArray[np.int32]], size: Size, rounds: int, dtype: type[np.floating[Any]], threads: int,
    tolerance: float,
) -> dawid_skene.Estimate:  # fmt: skip
    return dawid_skene.estimate(
        given["task"], given["worker"], given["label"], tasks=size.tasks, labelers=size.labelers,
        classes=size.classes, strength=0.0, iterations=rounds, tolerance=tolerance, engine="numba", dtype=dtype,
        threads=threads, accelerate=tolerance > 0,
    )  # fmt: skip


def bandwidth(threads: int) -> float:
    """Bytes a second of a = b + 3 c on arrays too large for a cache: the best of five."""
    from neraca.measure import compiled  # noqa: PLC0415 - numba, in this process only when asked

    before = compiled.threads(threads)
    a, b, c = (np.ones(20_000_000) for _ in range(3))
    best = 0.0
    for _ in range(5):
        began = time.perf_counter()
        compiled.triad(a, b, c)
        best = max(best, 24 * len(a) / (time.perf_counter() - began))
    compiled.threads(before)
    return best


def floor(size: Size, pairs: int, number: int) -> int:
    """Bytes that an iteration with dense tables loads and stores: 2 n (4 + K b) + 2 T K b + 3 P K b.

    Keeping only what is above zero, the engine moves fewer for many classes, so it may be quicker than this allows.
    """
    k = size.classes * number
    return 2 * size.answers * (4 + k) + 2 * size.tasks * k + 3 * pairs * k


def bars(largest: int) -> Iterator[Bar]:
    """Every size up to `largest` answers."""
    threads = min(2, os.cpu_count() or 1)
    interpreter = peer.python()
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            if size.answers <= largest:
                yield from _of(size, threads, interpreter, Path(folder))


def _of(size: Size, threads: int, interpreter: str | None, folder: Path) -> Iterator[Bar]:
    given = crowd(size)
    theirs = str(folder / "crowd.npz")
    np.savez(theirs, task=given["task"], worker=given["worker"], label=given["label"])
    del given
    if size.answers >= 10**8 or (size.answers, size.classes) == (10**7, 100):
        whole = size.answers >= 10**8
        got = run(size, theirs, 1000 if whole else 3, "f64", threads, tolerance=1e-3 if whole else 0.0)
        what = f"to convergence ({got['iterations']} rounds)" if got["converged"] else f"{got['iterations']} rounds"
        yield Bar(
            f"{size.name}, float64, {what}, with sorting", got["wall"], "s", peer="crowd-kit does not fit in memory"
        )
        most = 4e6 if size.classes == 100 else None
        yield Bar(f"{size.name}, float64, peak", got["peak_kb"], "kB", most=most)
        return
    rounds = PEER_ROUNDS[size.classes]
    ours = str(folder / "ours.npy")
    rates = {n: bandwidth(n) for n in (1, threads)}
    one = run(size, theirs, ROUNDS, "f64", 1)
    two = run(size, theirs, ROUNDS, "f64", threads)
    half = run(size, theirs, ROUNDS, "f32", threads)
    other: dict[str, Any] = {}
    if interpreter:
        other = peer.ask(interpreter, {"path": theirs, "iterations": rounds, "repeats": repeats(size)})
    if "cpu" in other:
        run(size, theirs, rounds, "f64", 1, keep=ours)
        gap = float(np.abs(np.load(ours) - np.load(theirs + ".peer.npy")).max())
        cpu, wall = other["cpu"] / rounds, other["wall"] / rounds
        beside = f"{cpu:.3g} s CPU, {other['peak_kb'] / 1024:.0f} MB"
        yield Bar(f"{size.name}: largest difference after {rounds} rounds", gap, "", most=1e-6)
        yield Bar(f"{size.name}: less CPU, float64", cpu / one["cpu_round"], "x", least=40, peer=beside)
        yield Bar(f"{size.name}: less wall time, float64, {threads} threads", wall / two["wall_round"], "x", least=75)
        yield Bar(f"{size.name}: less wall time, float32, {threads} threads", wall / half["wall_round"], "x", least=100)
        yield Bar(f"{size.name}: peak beside crowd-kit's", one["peak_kb"] / other["peak_kb"], "", most=0.2)
    else:
        yield Bar(f"{size.name}: CPU a round, float64", one["cpu_round"], "s", peer=str(other or "no crowd-kit"))
    for name, got, number, n in (("float64", one, 8, 1), ("float64", two, 8, threads), ("float32", half, 4, threads)):
        share = floor(size, got["pairs"], number) / rates[n] / got["wall_round"]
        dense = (size.answers, size.classes, name, n) == (10**6, 100, "float64", threads)
        yield Bar(
            f"{size.name}: share of the dense bandwidth floor, {name}, {n} threads", share, "",
            least=0.8 if dense else None,
            peer=f"{got['wall_round']:.3g} s a round, triad {rates[n] / 1e9:.1f} GB/s",
        )  # fmt: skip
    if (size.answers, size.classes) == (10**7, 4):
        got = run(size, theirs, 1000, "f64", threads, tolerance=1e-3)
        yield Bar(f"{size.name}: to convergence ({got['iterations']} rounds)", got["wall"], "s", most=10.0)


if __name__ == "__main__":
    print(json.dumps(_child(json.loads(sys.argv[1]))))

"""`python -m bench.quality`: prints each bar beside the peer. Crowds are in the folder NERACA_CROWDS."""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from bench.quality import crowds, features, speed
from bench.quality.bars import Bar, table
from bench.rows import RESULTS, machine

PARTS = ("accuracy", "calibration", "stopping", "confidence", "features", "speed")
WITHOUT_CROWDS = {"features", "speed"}


def _bars(parts: list[str], only: list[str], orders: int, target: float, largest: int) -> Iterator[Bar]:
    named = os.environ.get("NERACA_CROWDS", "")
    folder = Path(named)
    if not named or not folder.is_dir():
        print("NERACA_CROWDS names no folder of crowds: only what is simulated is measured.", file=sys.stderr)
        parts = [part for part in parts if part in WITHOUT_CROWDS]
    found = crowds.read(folder, only) if set(parts) - WITHOUT_CROWDS else []
    if "accuracy" in parts:
        yield from crowds.accuracy(found, folder)
    if "calibration" in parts:
        yield from crowds.calibration(found)
    if "stopping" in parts:
        yield from crowds.stopping(found, orders)
    if "confidence" in parts:
        yield from crowds.confidence(found, orders, target)
    if "features" in parts:
        yield from features.bars()
    if "speed" in parts:
        yield from speed.bars(largest)


def main() -> int:
    """0 where every bar is met, 1 where one is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    parser.add_argument("--part", action="append", default=[], choices=PARTS, help="may be repeated")
    parser.add_argument("--crowd", action="append", default=[], help="only this crowd; may be repeated")
    parser.add_argument("--orders", type=int, default=10, help="random orders of a replay")
    parser.add_argument("--target", type=float, default=0.95, help="the confidence that is to be met")
    parser.add_argument("--largest", type=float, default=1e8, help="answers of the largest synthetic crowd")
    asked = parser.parse_args()
    console = Console() if sys.stdout.isatty() else Console(width=160)
    bars = []
    for bar in _bars(asked.part or list(PARTS), asked.crowd, asked.orders, asked.target, int(asked.largest)):
        bars.append(bar)
        print(f"{bar.what}: {bar.value:.4g} {bar.unit} {bar.bar} {bar.verdict} | {bar.peer}", flush=True)
    console.print(table(bars))
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"quality-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.json"
    rows = [{**asdict(one), "verdict": one.verdict} for one in bars]
    path.write_text(json.dumps({"machine": machine(), "bars": rows}, indent=2) + "\n")
    print(f"Written: {path}")
    return int(any(one.verdict == "MISSED" for one in bars))


if __name__ == "__main__":
    sys.exit(main())

"""`neraca replay`: what a team's own past labels would have cost."""

import dataclasses
import json
import math
from pathlib import Path
from typing import Annotated

import typer

from neraca.cli.speech import Json, Refused, app
from neraca.measure import online


@app.command("replay")
def replay(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="labels.csv, and truth.csv if it is known.")],
    target: Annotated[float | None, typer.Option(help="Ask until this confidence, such as 0.98.")] = None,
    most: Annotated[
        int | None, typer.Option("--max", min=1, help="At most so many answers; else all that there are.")
    ] = None,
    escalate: Annotated[
        bool, typer.Option("--escalate", help="Pass tasks on as soon as no answers that are left can get them there.")
    ] = False,
    orders: Annotated[int, typer.Option(min=1, max=1000, help="How many random orders.")] = 10,
    gold: Annotated[
        float, typer.Option(help="Share of the truth given as gold, such as 0.1; the rest is scored.")
    ] = 0.0,
    as_json: Json = False,
) -> None:
    """Run recorded labels through the engine; print accuracy and answers used against full redundancy."""
    from neraca.measure import replay as past  # noqa: PLC0415 - NumPy, for this command only

    if target is not None and not 0.5 < target < 1:
        raise Refused("--target must be above 0.5 and below 1.")
    if not 0 <= gold < 1:
        raise Refused("--gold must be a share from 0 to below 1.")
    data = past.read_folder(folder)
    how = past.default_policy(data)
    if target is not None:
        how = dataclasses.replace(how, confidence=target)
    if most is not None:
        how = dataclasses.replace(how, min=min(how.min, most), max=most)
    if escalate:
        how = dataclasses.replace(how, escalate=online.Escalate("expert"))
    found = past.replay(data, how, orders=orders, gold=gold)
    if as_json:
        told = dataclasses.asdict(found)
        if not found.truths:
            told |= {"accuracy": None, "accuracy_spread": None, "full_accuracy": None, "majority_accuracy": None}
            told |= {"default_accuracy": None, "met_accuracy": None, "error": None}
            told["orders"] = [{**one, "accuracy": None} for one in told["orders"]]
        print(json.dumps(told, allow_nan=False))
        return
    print(
        f"{found.name}: {found.tasks} tasks, {found.workers} workers, {found.answers} answers, target {how.confidence}"
    )
    print(f"answers used      {found.used:.0f} of {found.answers} ({found.saved:.0%} saved)")
    if found.truths and not math.isnan(found.accuracy):
        print(f"accuracy          {found.accuracy:.4f} (spread {found.accuracy_spread:.4f} over {orders} orders)")
        print(
            f"with all answers  {found.default_accuracy:.4f} the default, {found.full_accuracy:.4f} Dawid-Skene,"
            f" {found.majority_accuracy:.4f} majority"
        )
    else:
        why = "truth.csv names none of these tasks" if found.unmatched else "there is no truth.csv"
        print(f"accuracy          unknown: {why}")
    right = f", {found.met_accuracy:.4f} of them right" if found.truths and found.met_share else ""
    print(f"target met        {found.met_share:.1%} of the tasks{right} (target {how.confidence})")
    print(f"escalated         {found.escalated_share:.1%} of the tasks")
    spent = 1 - found.met_share - found.escalated_share
    if spent > 0.0005:  # nothing to tell below a twentieth of a percent
        print(f"exhausted         {spent:.1%} of the tasks: all answers of the policy used up")
    print(f"confidences       {'calibrated on ' + str(found.gold) + ' gold tasks' if found.gold else 'not calibrated'}")

"""`neraca audit`: what is wrong with labels that were made elsewhere, and what they would have cost here."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from neraca.cli import columns
from neraca.cli.speech import Json, Refused, app, cut

SHOWN = 10  # rows of a table for people; JSON has more
EVER = "and {} more: see --json"


@app.command("audit")
def audit(
    labels: Annotated[Path, typer.Argument(metavar="LABELS.csv", help="Columns task, worker, label; - reads stdin.")],
    gold: Annotated[Path | None, typer.Option(metavar="FILE", help="Known answers: columns task, label.")] = None,
    as_json: Json = False,
) -> None:
    """Report on labels made anywhere: likely errors, agreement, labelers, confused classes, and what could be saved."""
    if gold is not None and str(gold) == str(labels) == "-":
        raise Refused("Only one of LABELS.csv and --gold can be stdin.")
    read = columns.read(labels)
    known = {} if gold is None else columns.truth(gold)
    from neraca.cli.audited import report  # noqa: PLC0415 - NumPy, for this command only

    told = report(read, known)
    if as_json:
        print(json.dumps(told, allow_nan=False))
        return
    _head(told)
    _tasks(told)
    _labelers(told)
    _classes(told)
    _saving(told["saving"])


def _head(told: Mapping[str, object]) -> None:
    print(
        f"{told['name']}: {told['answers']} answers to {told['tasks']} tasks by {told['workers']} workers,"
        f" {told['classes']} different labels"
    )
    if told["repeated"]:
        print(f"left out          {told['repeated']} answers to a task that the worker had answered before")
    found = told["agreement"]
    if isinstance(found, dict):
        print(f"agreement         alpha {found['alpha']:.3f} (95 % interval {found['low']:.3f} to {found['high']:.3f})")
        print(f"                  {_reading(found)}")
    else:
        print("agreement         unknown: no task has two answers")
    if told["judged"]:
        print(f"likely errors     {_wrong(told)}")
        print("                  a task's label is what most workers said; of tied ones the likelier")
    checked = told["gold"]
    if isinstance(checked, dict):
        print(
            f"on gold           {checked['majority_right']} of {checked['tasks']} known tasks are right by majority,"
            f" {checked['right']} by what is known of the workers"
        )
    if not told["calibrated"] and told["judged"]:
        print("                  these probabilities are not calibrated: give --gold with 20 known answers or more")


def _wrong(told: Mapping[str, object]) -> str:
    """How many labels are wrong; without gold it is open whether workers err on the same tasks."""
    expected, apart = f"{told['expected_wrong']:.0f}", told["expected_wrong_apart"]
    if apart is None or f"{apart:.0f}" == expected:
        return f"about {expected} of {told['judged']} labels are wrong"
    return (
        f"about {apart:.0f} of {told['judged']} labels are wrong if workers err each on their own,"
        f" {expected} if on the same tasks as in most crowds"
    )


def _reading(found: Mapping[str, object]) -> str:
    low, high = float(str(found["low"])), float(str(found["high"]))
    if not found["varied"]:
        return "everybody always said the same: chance cannot be told from agreement"
    if low >= 0.8:
        return "that is good: single answers can be relied on"
    if high < 0.667:
        return "that is low: single answers cannot be relied on; look at the confused labels and the instructions"
    return "that is middling: for safe labels several answers a task are needed"


def _tasks(told: Mapping[str, object]) -> None:
    rows = _rows(told, "doubts")
    if not rows:
        print("\nNo task whose answer is not known is likely to be wrong.")
        return
    print(f"\n{'likely wrong':24} {'label':16} wrong  otherwise                votes")
    for row in rows[:SHOWN]:
        votes = ", ".join(f"{cut(label, 16)} {n}" for label, n in row["votes"].items())
        other = f"{cut(row['otherwise'], 16)} ({row['sure']:.0%})"
        print(f"{cut(row['task'], 24):24} {cut(row['label'], 16):16} {row['wrong']:5.0%}  {other:24} {votes}")
    _rest(told["doubtful"], min(len(rows), SHOWN))


def _labelers(told: Mapping[str, object]) -> None:
    odd = _rows(told, "suspects")
    if odd:
        print("\nworkers to look at")
    for row in odd[:SHOWN]:
        print(f"  {cut(row['worker'], 40)}, {row['answers']} answers")
        for one in row["evidence"]:
            print(f"    - {one['sentence']}")
    _rest(len(odd), min(len(odd), SHOWN))
    if not odd:
        print("\nNothing speaks against any worker beyond chance.")
    if told["screened"] != told["answers"]:
        # what is compared grows with the pairs of answers and the square of the classes
        print(f"Workers were compared on {told['screened']} of the answers, drawn at random by task.")
    rows = _rows(told, "labelers")
    least = sorted(rows, key=lambda r: (r["high"], r["worker"]))[:SHOWN]
    print(f"\n{'least accurate workers':24} answers  right  95 % interval   against the verdict")
    for row in least:
        share = "-" if row["against"] is None else f"{row['against']:.0%}"
        print(
            f"{cut(row['worker'], 24):24} {row['answers']:7}  {row['accuracy']:5.0%}"
            f"  {row['low']:5.0%} to {row['high']:4.0%}   {share}"
        )
    _rest(told["workers"], len(least))


def _classes(told: Mapping[str, object]) -> None:
    rows = _rows(told, "confused")
    if not rows:
        return
    print(f"\n{'confused labels':40} answers  share  for example")
    for row in rows[:SHOWN]:
        pair = f"{cut(row['left'], 18)} and {cut(row['right'], 18)}"
        both = row["left_as_right"] + row["right_as_left"]
        print(f"{pair:40} {both:7.0f}  {row['share']:5.0%}  {', '.join(cut(t, 16) for t in row['tasks'][:3])}")
    _rest(len(rows), min(len(rows), SHOWN))


def _saving(found: object) -> None:
    if not isinstance(found, dict):
        print("\nWith one answer a task there was nothing to save.")
        return
    over = "" if found["tasks"] == found["of_tasks"] else f", replayed on {found['tasks']} of the tasks"
    print(
        f"\nAsking only until {found['target']:.0%} sure would have taken {found['used']:.0f} of {found['answers']}"
        f" answers ({found['saved']:.0%} saved){over}."
    )
    print(
        f"{found['same']:.1%} of the tasks would have had the same label as with all answers; {found['met']:.0%} would"
        " have been that sure, the rest would have used up their answers."
    )


def _rows(told: Mapping[str, object], name: str) -> list[dict[str, Any]]:
    rows = told[name]
    assert isinstance(rows, list)
    return rows


def _rest(total: object, shown: int) -> None:
    if isinstance(total, int) and total > shown:
        print(EVER.format(total - shown))

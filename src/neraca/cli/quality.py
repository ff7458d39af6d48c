"""`neraca quality`: how good a project's labels are."""

from typing import Annotated

import typer

from neraca.cli import labeler
from neraca.cli.speech import Json, Key, Url, app, connect, cut, show
from neraca.cli.work import ProjectId
from neraca.wire.quality import Items, LabelerQuality, Quality
from neraca.wire.shape import Money

SHOWN = 10


@app.command("quality")
def quality(
    project_id: ProjectId,
    who: Annotated[
        str | None, typer.Option("--labeler", metavar="WHO", help="Tell of this labeler alone: a name or an id.")
    ] = None,
    url: Url = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Report on a project: agreement, calibration, tasks most likely wrong, confused classes, labelers, cost."""
    with connect(url, key) as client:
        if who is not None:
            page = client.projects.labeler(project_id, labeler.find(client, project_id, who))
            show(page, as_json) if as_json else labeler.tell(page)
            return
        told = client.projects.quality(project_id)
    if as_json:
        show(told, as_json)
        return
    _verdicts(told)
    _estimate(told)
    _tasks(told)
    _objects(told)
    _labelers(told)


def _verdicts(told: Quality) -> None:
    if not told.verdicts or told.mean_confidence is None or told.mean_answers is None:
        print("No task is decided yet.")
        return
    why = told.reasons
    print(f"verdicts          the latest {told.verdicts}")
    share = " of the objects" if told.right_of == "objects" else ""
    print(f"confidence        {told.mean_confidence:.1%}{share} on average; {_unsure(told)} are below 90%")
    ends = {
        "sure enough": why.met, "by count": why.count, "by experts": why.escalated,
        "with all answers used up": why.exhausted, "at the cost cap": why.capped,
    }  # fmt: skip
    shares = [f"{n / sum(ends.values()):.1%} {how} ({n})" for how, n in ends.items() if n]
    print(f"ended             {', '.join(shares) or 'all came with their answer'}")
    spread = ", ".join(f"{one.answers}: {one.tasks}" for one in told.answers_per_task[:SHOWN])
    print(f"answers a task    {told.mean_answers:.2f} on average ({spread})")
    if told.cost_per_task is not None and told.cost_per_right is not None:
        one = "a task's worth of right objects" if told.right_of == "objects" else "a right one"
        print(f"cost              {_money(told.cost_per_task)} a task, {_money(told.cost_per_right)} {one}")


def _unsure(told: Quality) -> int:
    return sum(told.confidence[:18])


def _money(price: Money) -> str:
    return f"{price.micros / 1e6:.4f} {price.currency}"


def _estimate(told: Quality) -> None:
    if told.estimated_at is None:
        print("estimate          none yet: it is made after 200 answers, where classes or objects are asked for")
        return
    print(f"estimate          over {told.estimated_answers} answers, {told.estimated_at:%Y-%m-%d %H:%M} UTC")
    gold = f"on {told.calibrated_on} gold tasks" if told.calibrated_on else "no: 20 answered gold tasks are needed"
    print(f"calibrated        {gold}")
    if told.items is not None:
        print(f"features          {_items(told.items)}")
    on = told.calibration
    if on is not None:
        print(
            f"calibration error {on.error:.3f} ({on.low:.3f} to {on.high:.3f}) over {on.tasks} gold tasks,"
            f" {on.right} of them right"
        )
    for one in told.savings:
        print(
            f"until {one.target:.0%} sure    {one.used / one.tasks:.2f} answers a task ({one.saved:.0%} saved),"
            f" {one.same:.1%} the same verdict"
        )
    found = told.agreement
    if found is not None:
        print(f"agreement         alpha {found.alpha:.3f} (95 % interval {found.low:.3f} to {found.high:.3f})")
        if not found.varied:
            print("                  everybody always said the same: chance cannot be told from agreement")


def _items(told: Items) -> str:
    if not told.on:
        return f"left out: those of {told.tasks} tasks foretell the answers no better than chance"
    saved = "" if told.saved is None else f", {told.saved:.0%} of the answers saved"
    return f"on: {told.gain:.2f} nats a task of held-out likelihood gained on {told.tasks} tasks{saved}"


def _tasks(told: Quality) -> None:
    for n, one in enumerate(told.doubts[:SHOWN]):
        if n == 0:
            print(f"\n{'likely wrong':36} verdict          wrong  why")
        print(f"{one.task:36} {cut(one.verdict or '-', 16):16} {one.wrong:5.0%}  {cut(one.why, 200)}")
    _rest(len(told.doubts))
    for n, pair in enumerate(told.confused[:SHOWN]):
        if n == 0:
            print(f"\n{'confused classes':40} answers  share  for example")
        names = f"{cut(pair.left, 18)} and {cut(pair.right, 18)}"
        print(
            f"{names:40} {pair.left_as_right + pair.right_as_left:7.0f}  {pair.share:5.0%}  {', '.join(pair.tasks[:1])}"
        )
    _rest(len(told.confused))


def _objects(told: Quality) -> None:
    for n, one in enumerate(told.objects[:SHOWN]):
        if n == 0:
            print(f"\n{'classes of objects':24} objects  missed  invented  for example")
        missed, invented = ("-" if share is None else f"{share:.0%}" for share in (one.missed, one.invented))
        example = ", ".join([*one.missed_tasks, *one.invented_tasks][:1])
        print(f"{cut(one.name, 24):24} {one.things:7.0f}  {missed:>6}  {invented:>8}  {example}")
    _rest(len(told.objects))


def _labelers(told: Quality) -> None:
    right = "   F1" if told.right_of == "objects" else "right"
    least = sorted(told.labelers, key=lambda one: (1.0 if one.high is None else one.high, one.handle))[:SHOWN]
    for n, one in enumerate(least):
        if n == 0:
            print(f"\n{'least accurate labelers':24} answers  {right}  95 % interval  against   half within")
        print(_labeler(one))
    _rest(len(told.labelers))
    for one in told.labelers:
        for sign in one.signs:
            print(f"{cut(one.handle, 40)}: {cut(sign.sentence, 1000)}")


def _labeler(one: LabelerQuality) -> str:
    right, between = "    -", "             -"
    if one.accuracy is not None and one.low is not None and one.high is not None:
        right, between = f"{one.accuracy:5.0%}", f"{one.low:5.0%} to {one.high:4.0%}"
    against = "      -" if one.against is None else f"{one.against:7.0%}"
    pace = "-" if one.median_seconds is None else f"{one.median_seconds:.1f} s"
    return f"{cut(one.handle, 24):24} {one.answers:7}  {right}  {between:14} {against}   {pace}"


def _rest(total: int) -> None:
    if total > SHOWN:
        print(f"and {total - SHOWN} more: see --json")

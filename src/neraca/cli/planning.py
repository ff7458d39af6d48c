"""A project and its policy: made, and what it will take told before."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from neraca import kinds
from neraca.cli.speech import Json, Key, Refused, Url, connect, show
from neraca.cli.work import project
from neraca.client import Client
from neraca.wire.projects import Escalation, Exam, FixedPolicy, Policy, ProjectNew, TargetPolicy
from neraca.wire.quality import Estimate, ExpectedCost
from neraca.wire.shape import Money

Answers = Annotated[int | None, typer.Option(help="Answers wanted for each task.")]
Confidence = Annotated[float | None, typer.Option(help="Ask until this confidence, such as 0.98.")]
Least = Annotated[int, typer.Option("--min", help="With --target: at least so many answers.")]
Most = Annotated[int, typer.Option("--max", help="With --target: at most so many answers.")]
Cap = Annotated[float | None, typer.Option(help="With --target: the most that the answers to a task may cost.")]
To = Annotated[
    str | None, typer.Option("--escalate", metavar="SKILL", help="Who is asked where others cannot tell: a skill.")
]
Experts = Annotated[int, typer.Option(help="With --escalate: at most so many of them.")]
Share = Annotated[float, typer.Option(help="How much of a new labeler's work is gold, 0 to 0.5.")]
Price = Annotated[float, typer.Option(help="Paid for an answer.")]


@dataclass(frozen=True, slots=True)
class _Wanted:
    answers: int | None
    target: float | None
    least: int
    most: int
    cap: float | None
    escalate: str | None
    experts: int
    gold_share: float
    exam: Exam | None = None

    def policy(self, currency: str) -> Policy:
        """Raises Refused where the options do not go together, ValidationError for what a policy cannot be."""
        if (self.answers is None) == (self.target is None):
            raise Refused("Give either --answers or --target.")
        if self.answers is not None:
            if self.cap is not None or self.escalate is not None:
                raise Refused("--cost-cap and --escalate go with --target.")
            return FixedPolicy(type="fixed", answers=self.answers, gold_share=self.gold_share, exam=self.exam)
        return TargetPolicy(
            type="target", confidence=self.target or 0.0, min=self.least, max=self.most, gold_share=self.gold_share,
            cost_cap=None if self.cap is None else _money(self.cap, currency), exam=self.exam,
            escalate=None if self.escalate is None else Escalation(to=self.escalate, answers=self.experts),
        )  # fmt: skip


def _money(amount: float, currency: str) -> Money:
    return Money(micros=round(amount * 1_000_000), currency=currency)


def _why(wrong: ValidationError) -> Refused:
    return Refused("; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in wrong.errors()))


@project.command("create")
def create_project(
    name: Annotated[str, typer.Argument(help="Its name.")],
    kind: Annotated[str, typer.Option(help="choice or image.")],
    config: Annotated[Path, typer.Option(help="A JSON file: question and options or classes.")],
    instructions: Annotated[Path | None, typer.Option(help="A Markdown file.")] = None,
    answers: Answers = None,
    target: Confidence = None,
    least: Least = 1,
    most: Most = 7,
    cost_cap: Cap = None,
    escalate: To = None,
    experts: Experts = 1,
    gold_share: Share = 0.0,
    exam: Annotated[int | None, typer.Option(help="Gold tasks of the exam before any work.")] = None,
    exam_right: Annotated[float, typer.Option(help="With --exam: the share of them that must be right.")] = 0.8,
    exam_attempts: Annotated[int, typer.Option(help="With --exam: how often it may be tried.")] = 1,
    price: Price = 0.0,
    currency: str = "USD",
    minutes: Annotated[float, typer.Option(help="How long a task takes.")] = 1.0,
    url: Url = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Make a project."""
    try:
        test = None if exam is None else Exam(tasks=exam, right=exam_right, attempts=exam_attempts)
        wanted = _Wanted(answers, target, least, most, cost_cap, escalate, experts, gold_share, test)
        new = ProjectNew(
            name=name,
            kind=kind,
            config=json.loads(config.read_text("utf-8")),
            instructions="" if instructions is None else instructions.read_text("utf-8"),
            policy=wanted.policy(currency),
            price=_money(price, currency),
            minutes=minutes,
        )
    except ValidationError as wrong:
        raise _why(wrong) from None
    except json.JSONDecodeError as wrong:
        raise Refused(f"{config} is not JSON: {wrong}.") from None
    with connect(url, key) as client:
        show(client.projects.create(new), as_json)


@project.command("estimate")
def estimate_project(
    answers: Answers = None,
    target: Confidence = None,
    least: Least = 1,
    most: Most = 7,
    cost_cap: Cap = None,
    escalate: To = None,
    experts: Experts = 1,
    price: Price = 0.0,
    currency: str = "USD",
    tasks: Annotated[int, typer.Option(min=1, help="How many tasks there will be.")] = 1000,
    classes: Annotated[
        int | None, typer.Option(min=1, help="How many classes an answer may be; else as many as the pilot has.")
    ] = None,
    pilot: Annotated[
        str | None, typer.Option(metavar="PROJECT", help="A project whose labelers are expected to answer.")
    ] = None,
    continued: Annotated[bool, typer.Option("--continued", help="The pilot itself goes on under this policy.")] = False,
    kind: Annotated[str | None, typer.Option(help="Its kind; else the pilot's, or choice.")] = None,
    url: Url = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Tell what a policy will take before a project begins: answers a task, how tasks end, cost."""
    try:
        policy = _Wanted(answers, target, least, most, cost_cap, escalate, experts, 0.0).policy(currency)
        each = _money(price, currency)
    except ValidationError as wrong:
        raise _why(wrong) from None
    if continued and pilot is None:
        raise Refused("--continued goes with --pilot.")
    with connect(url, key) as client:
        kind, classes = _asked_for(client, pilot, kind, classes)
        found = client.projects.estimate(
            policy, each, classes=classes, kind=kind, tasks=tasks, pilot_id=pilot, continued=continued
        )
    if as_json:
        show(found, as_json)
    else:
        _tell(found, tasks)


def _asked_for(client: Client, pilot: str | None, kind: str | None, classes: int | None) -> tuple[str, int]:
    """What is not said is the pilot's."""
    like = client.projects.get(pilot) if pilot is not None and (kind is None or classes is None) else None
    chosen = kind or (like.kind if like else "choice")
    known = kinds.get(like.kind) if like else None
    if classes is None and like and known:
        classes = max(len(known.classes(like.config)), 1)
    if classes is None:
        raise Refused("Give --classes, or a --pilot that has as many.")
    return chosen, classes


def _tell(found: Estimate, tasks: int) -> None:
    from_whom = {
        "pilot": f"{found.labelers} labelers of the pilot, {found.pilot_tasks} tasks",
        "gold": f"{found.labelers} labelers of the pilot, {found.pilot_tasks} answers to gold",
        "assumption": "nothing is known: labelers who are right in 80 %, perhaps in 70 or 90 %",
    }
    print(f"from              {from_whom[found.source]}")
    answers = found.answers
    between = f"{answers.low:.2f} to {answers.high:.2f}"
    print(f"answers a task    {between if answers.expected is None else f'{answers.expected:.2f} ({between})'}")
    if found.expert_answers:
        print(f"of experts        {found.expert_answers:.2f} of them")
    if found.ended is not None:
        shares = {name: share for name, share in found.ended.model_dump().items() if share}
        print(f"tasks end         {', '.join(f'{share:.0%} {name}' for name, share in shares.items())}")
    if found.confidence is not None:
        print(f"confidence        {found.confidence:.1%} on average")
    print(f"cost              {_cost(found.cost_per_task, 4)} a task")
    print(f"in all            {_cost(found.cost, 2)} for {tasks} tasks")


def _cost(cost: ExpectedCost, digits: int) -> str:
    low, high = (f"{one.micros / 1e6:.{digits}f}" for one in (cost.low, cost.high))
    between = f"{low} to {high} {cost.low.currency}"
    if cost.expected is None:
        return between
    return f"{cost.expected.micros / 1e6:.{digits}f} ({between})"

"""What a policy will take, before the first answer is asked: answers a task, how tasks end, how sure verdicts are.

A few hundred tasks go through the engine's own rule (`online`) with simulated answers: the truth from the class prior,
an answer from the confusion of whoever gives it. All open tasks get their next answer in turn, as routing hands work
out, and what is believed of labelers grows with the answers of the whole project as in the engine: nothing before
`online.FIRST` of them (sooner with gold), then anew whenever there are a quarter more.

said       E_w^theta, rows normalised; theta: two labelers agree as often as the first two answers of the pilot's tasks
believed   E_w^SEEN: the engine's estimate has seen the answers that it weighs, and makes more of them than an outsider

The interval (90 %) has three parts: theta at both ends of what the pilot's agreement leaves open, a pilot as a sample
of tasks, and the model itself, off by `MODEL`. SEEN and MODEL (its root mean square error) were found on eleven real
crowds at targets of 0.9 and 0.98. A fixed seed: the same question has the same answer.
No NumPy (the API process imports this); O(TASKS x answers x K), 20 to 50 ms.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import exp, fsum, isfinite, log, sqrt

from neraca.measure import online
from neraca.measure.online import FLOOR, Rows

TASKS, ANSWERS = 300, 6000  # that are simulated at most; half as many tasks at each end of the interval
KINDS = 16  # labelers are put together to so many that are alike
CLASSES = 16  # more than these tell no more: two wrong answers hardly ever agree by chance
MODEL = 0.08  # relative
SEEN = 1.2
NORMAL = 1.645  # 90 %
ACCURACY, WEAK, STRONG = 0.8, 0.7, 0.9  # assumed of labelers of whom nothing is known
THETA = 5.0
DRAWS = 20  # at another labeler, where the first one has had the task


@dataclass(frozen=True, slots=True)
class Alike:
    """`members` labelers who give `share` of all answers: P(said | truth) K x K, row = the truth."""

    members: int
    share: float
    rows: Rows


@dataclass(frozen=True, slots=True)
class Pilot:
    """How many tasks had two answers or more, and in how many of them the first two agree; None: not known."""

    tasks: int
    agreement: float | None = None


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who will answer, by rows^theta; `weak` and `strong` are theta at the ends of the interval.

    `tasks` of a pilot taught this, 0 for none; `seen` answers have taught the project's own estimate already, or its
    `first` will. With gold, decisions are made on posteriors through the map (`tau`, `bias`) that it taught, see
    `calibrate`.
    """

    prior: Sequence[float]
    labelers: Sequence[Alike]
    weak: float = 1.0
    theta: float = 1.0
    strong: float = 1.0
    tasks: int = 0
    seen: int = 0
    tau: float = 1.0
    bias: Sequence[float] = ()
    first: int = online.FIRST


@dataclass(frozen=True, slots=True)
class Expected:
    """For one task: `answers` on average, of which `experts` by those with the skill, and their 90 % interval.

    The shares of how tasks end add up to 1; `confidence` is the mean of the verdicts: what the engine says of itself.
    """

    answers: float
    low: float
    high: float
    experts: float
    met: float
    count: float
    exhausted: float
    capped: float
    escalated: float
    confidence: float


def assumed(k: int) -> Crowd:
    """Nothing is known: fifty labelers who are right in 80 %, perhaps in 70 or 90 %, and wrong evenly."""
    k = min(max(k, 1), CLASSES)
    middle = _evidence(ACCURACY, k)
    every = Alike(50, 1.0, online.start_rows(k, ACCURACY))
    return Crowd(online.uniform(k), [every], _evidence(WEAK, k) / middle, 1.0, _evidence(STRONG, k) / middle)


def of_accuracies(k: int, given: Iterable[tuple[float, float]], *, pilot: Pilot, seen: int = 0) -> Crowd:
    """From (answers, accuracy) of each labeler of a pilot, wrong evenly; `assumed` if there are none."""
    k = min(max(k, 1), CLASSES)
    return of_rows(online.uniform(k), [(n, online.start_rows(k, a)) for n, a in given], pilot=pilot, seen=seen)


def of_rows(prior: Sequence[float], given: Sequence[tuple[float, Rows]], *, pilot: Pilot, seen: int = 0) -> Crowd:
    """From (answers, confusion) of each labeler of a pilot; `assumed` if there are none.

    An estimate is drawn to the pool and to doubt, so its rows agree less than people do: theta makes them agree as
    often as the pilot's pairs did, and within the error of that share at the ends of the interval.
    Raises ValueError naming a labeler of whom something is no finite number.
    """
    for row, (n, confusion) in enumerate(given):
        if not (isfinite(n) and n >= 0 and all(isfinite(x) for one in confusion for x in one)):
            raise ValueError(f"Labeler {row}: answers and confusion are finite numbers, and not negative.")
    total = fsum(n for n, _ in given)
    if total <= 0:
        return assumed(len(prior))
    labelers = list(_alike(prior, given, total))
    same = pilot.agreement if pilot.agreement is not None else _agree(prior, labelers, 1.0)
    pairs = max(pilot.tasks, 1)
    same = (same * pairs + 0.5) / (pairs + 1)  # half a task: a pilot where all agreed does not foretell that all will
    off = NORMAL * sqrt(same * (1 - same) / pairs)
    middle, weak, strong = (_theta(prior, labelers, same + sign * off) for sign in (0, -1, 1))
    return Crowd(prior, labelers, min(weak, middle), middle, max(strong, middle), pilot.tasks, seen)


def _agree(prior: Sequence[float], labelers: Sequence[Alike], theta: float) -> float:
    """How often two of them say the same of a task."""
    k = len(prior)
    raised = [(one.share, _raised(one.rows, theta)) for one in labelers]
    mean = [[fsum(share * rows[c][v] for share, rows in raised) for v in range(k)] for c in range(k)]
    return fsum(p * fsum(x * x for x in row) for p, row in zip(prior, mean, strict=True))


def _theta(prior: Sequence[float], labelers: Sequence[Alike], same: float) -> float:
    """The power at which two of them agree that often, by bisection; at most THETA or as little as 1 / THETA."""
    low, high = -log(THETA), log(THETA)
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if _agree(prior, labelers, exp(middle)) < same else (low, middle)
    return exp((low + high) / 2)


def _raised(rows: Rows, theta: float) -> list[list[float]]:
    """E^theta, every row adding up to 1."""
    raised = [[max(x, FLOOR) ** theta for x in row] for row in rows]
    return [[x / fsum(row) for x in row] for row in raised]


def _alike(prior: Sequence[float], given: Sequence[tuple[float, Rows]], total: float) -> Iterable[Alike]:
    """At most KINDS groups with about the same share of the answers, the weakest labelers first."""
    k = len(prior)
    order = sorted((one for one in given if one[0] > 0), key=lambda one: (_right(prior, one[1]), one[0]))
    group: list[tuple[float, Rows]] = []
    for n, one in enumerate(order, 1):
        group.append(one)
        share = fsum(answers for answers, _ in group) / total
        if share >= 1 / KINDS or n == len(order) or len(order) <= KINDS:
            mean = [
                [fsum(answers * rows[c][v] for answers, rows in group) / (share * total) for v in range(k)]
                for c in range(k)
            ]
            yield Alike(len(group), share, mean)
            group = []


def _right(prior: Sequence[float], rows: Rows) -> float:
    return fsum(p * rows[c][c] for c, p in enumerate(prior))


def _evidence(accuracy: float, k: int) -> float:
    """The logarithm of the odds of the truth against one other class in an answer."""
    return log(accuracy * max(k - 1, 1) / (1 - accuracy))


def expect(how: online.Policy, crowd: Crowd, *, tasks: int = 1000, price: int = 0, seed: int = 0) -> Expected:
    """What `how` will take for a project of so many `tasks`, where an answer costs `price` millionths."""
    least, most = bounds(how, price)
    of = min(max(int(ANSWERS / max(most, 1)), TASKS // 5), TASKS)
    runs = [
        _run(how, crowd, theta, some, tasks, price, random.Random(f"{seed}/{n}"))  # noqa: S311 - repeatable, not secret
        for n, (theta, some) in enumerate(((crowd.theta, of), (crowd.weak, of // 2), (crowd.strong, of // 2)))
    ]
    middle = runs[0]
    ends = [run.answers for run in runs]
    noise = (NORMAL * middle.spread) ** 2 * (1 / of + (1 / crowd.tasks if crowd.tasks else 0.0))
    wider = 0.0 if least == most else sqrt((NORMAL * MODEL * middle.answers) ** 2 + noise)
    return Expected(
        answers=middle.answers,
        low=max(middle.answers - sqrt((middle.answers - min(ends)) ** 2 + wider**2), least),
        high=min(middle.answers + sqrt((max(ends) - middle.answers) ** 2 + wider**2), most),
        experts=middle.experts, confidence=middle.confidence,
        **{name: middle.ended.get(name, 0) / of for name in ("met", "count", "exhausted", "capped", "escalated")},
    )  # fmt: skip


def bounds(how: online.Policy, price: int) -> tuple[float, float]:
    """The least and the most answers that a task can get."""
    if isinstance(how, online.Fixed):
        return how.answers, how.answers
    allowed = online.payable(how.cost_cap, price, 0)
    most = how.max if allowed is None else min(how.max, allowed)
    return min(how.min, most), most + (how.escalate.answers if how.escalate else 0)


@dataclass(slots=True)
class _Task:
    truth: int
    told: list[float]  # what its answers add to the logarithm of the prior, before they share it
    estimate: int = 0  # the one that the score was made by
    votes: list[tuple[int, int]] = field(default_factory=list)  # who of `crowd.labelers`, what they said


@dataclass(frozen=True, slots=True)
class _Run:
    answers: float
    spread: float
    experts: float
    ended: dict[str, int]
    confidence: float


class _Beliefs:
    """What the engine believes after so many answers: logarithms of the prior, and of each group's columns."""

    def __init__(self, crowd: Crowd) -> None:
        k = len(crowd.prior)
        self.crowd, self.last, self.estimate = crowd, 0.0, 0
        self.believed = [_raised(one.rows, SEEN) for one in crowd.labelers]
        self.prior = [log(1 / k)] * k
        same = [[online.weight(None) * log(max(x, FLOOR)) for x in online.start_column(k, v)] for v in range(k)]
        self.columns = [same] * len(crowd.labelers)
        self.sway: float | None = None
        if crowd.seen:
            self.learn(float(crowd.seen))

    def grown(self, answers: float) -> bool:
        """Estimates anew if it is time; whether it was."""
        if answers < self.crowd.first or answers < online.GROWTH * self.last:
            return False
        self.learn(answers)
        return True

    def learn(self, answers: float) -> None:
        """The estimate of so many answers."""
        self.last = answers
        self.estimate += 1
        self.prior = [log(max(p, FLOOR)) for p in self.crowd.prior]
        self.sway = online.sway_through(online.sway(self.believed, self.crowd.prior), self.crowd.tau, self.crowd.bias)
        self.columns = [
            [
                [online.weight(int(one.share * answers / one.members)) * log(max(x, FLOOR)) for x in column]
                for column in zip(*rows, strict=True)
            ]
            for one, rows in zip(self.crowd.labelers, self.believed, strict=True)
        ]

    def posterior(self, task: _Task) -> Sequence[float]:
        """After its last answer, which is added to what was told, unless there was an estimate since."""
        new = task.votes if task.estimate != self.estimate else task.votes[-1:]
        told = [0.0] * len(self.prior) if task.estimate != self.estimate else task.told
        for who, said in new:
            told = [s + more for s, more in zip(told, self.columns[who][said], strict=True)]
        task.told, task.estimate = told, self.estimate
        shared = online.together(len(task.votes))
        p = _normal([prior + shared * x for prior, x in zip(self.prior, told, strict=True)])
        crowd = self.crowd
        if not self.estimate or (crowd.tau == 1.0 and not crowd.bias):
            return p
        return online.calibrated(p, crowd.tau, crowd.bias or (0.0,) * len(p))


def _run(
    how: online.Policy, crowd: Crowd, theta: float, of: int, tasks: int, price: int, rng: random.Random
) -> _Run:  # fmt: skip
    """`of` tasks stand for all `tasks`; rows of those who answer are raised to `theta`."""
    k, beliefs = len(crowd.prior), _Beliefs(crowd)
    says = [_raised(one.rows, theta) for one in crowd.labelers]
    shares = [one.share for one in crowd.labelers]
    cap = how.cost_cap if isinstance(how, online.Target) else None
    least = bounds(how, price)[0]
    waiting = [_Task(truth, [0.0] * k, beliefs.estimate) for truth in rng.choices(range(k), crowd.prior, k=of)]
    given, took, ended, sure = 0, [], dict[str, int](), []
    experts = 0
    while waiting:
        still = []
        for task in waiting:
            who = _next(task, crowd, shares, rng)
            said = rng.choices(range(k), says[who][task.truth])[0]
            task.votes.append((who, said))
            given += 1
        beliefs.grown(crowd.seen + given * tasks / of)
        for task in waiting:
            n = len(task.votes)
            p: Sequence[float] = beliefs.posterior(task)
            if n < least:
                still.append(task)
                continue
            end = online.decide(how, p, n, left=online.payable(cap, price, n * price), sway=beliefs.sway)
            if end == "ask":
                still.append(task)
                continue
            more = 0
            if isinstance(how, online.Target) and how.escalate is not None and end != "met":
                end, p, more = _passed_on(how, task, p, rng)
            experts += more
            took.append(n + more)
            sure.append(max(p))
            ended[end] = ended.get(end, 0) + 1
        waiting = still
    mean = fsum(took) / of
    spread = sqrt(fsum((n - mean) ** 2 for n in took) / of)
    return _Run(mean, spread, experts / of, ended, fsum(sure) / of)


def _next(task: _Task, crowd: Crowd, shares: Sequence[float], rng: random.Random) -> int:
    """A labeler who has not had the task, by the share of the answers that they give."""
    who = 0
    for _ in range(DRAWS):
        who = rng.choices(range(len(shares)), shares)[0]
        if sum(had == who for had, _ in task.votes) < crowd.labelers[who].members:
            return who
    return who


def _passed_on(
    how: online.Target, task: _Task, p: Sequence[float], rng: random.Random
) -> tuple[online.Decision, Sequence[float], int]:
    """How a task ends that goes to those with the skill, its posterior, and how many of them were asked."""
    k, n = len(p), 0
    end: online.Decision = "ask"
    while end == "ask":
        right = rng.random() < online.EXPERT or k == 1
        said = task.truth if right else rng.choice([c for c in range(k) if c != task.truth])
        p = online.posterior_of(p, [online.expert_column(k, said)])
        n += 1
        end = online.after_experts(how, p, n)
    return end, p, n


def _normal(score: Sequence[float]) -> list[float]:
    top = max(score)
    weights = [exp(s - top) for s in score]
    total = fsum(weights)
    return [w / total for w in weights]

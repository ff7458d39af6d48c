"""How good a project's labels are."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from neraca.wire.projects import Policy
from neraca.wire.shape import Asked, Money, Told, Uuid


class Agreement(Told):
    """Krippendorff's alpha over all answers, with its 95 % interval; `tasks` are those with two answers or more."""

    alpha: float
    low: float
    high: float
    tasks: int
    varied: bool  # false: everybody always said the same, and chance cannot be told from agreement


class Doubt(Told):
    """A decided task, and the probability that its verdict is wrong by all that is known now.

    `otherwise` is the likeliest other class, with the probability `sure`. Classes are null where a kind has none; of a
    verdict of objects, `wrong` is the expected share of them that is wrong or lacks.
    """

    task: str
    external_id: str | None
    verdict: str | None
    wrong: float
    otherwise: str | None
    sure: float | None
    answers: int
    agree: int | None  # how many of them say what the verdict says
    doubtful: int | None = None  # of a verdict's objects, how many are rather not right
    lacking: int | None = None  # objects that are rather there and not in the verdict
    why: str


class ConfusedClasses(Told):
    """Two classes that are taken for each other: expected answers of each sort, and tasks where people were torn."""

    left: str
    right: str
    left_as_right: float
    right_as_left: float
    share: float  # of all answers to tasks of these two classes
    tasks: list[str]


class Sign(Told):
    """Something that speaks against a labeler, in a sentence that they may read too: a reason to look, no judgement."""

    kind: str
    sentence: str
    facts: dict[str, float | int | str]  # the figures in it


class LabelerQuality(Told):
    labeler: str
    handle: str
    kind: Literal["person", "model"]
    answers: int
    accuracy: float | None
    low: float | None
    high: float | None
    median_seconds: float | None
    against: float | None  # share of their answers that say something else than the verdict, or of objects that differ
    signs: list[Sign]


class ObjectClass(Told):
    """A class of objects: how many things of it there are (expected), and how often it is overlooked and made up.

    `missed` is the share of chances to draw it that were not taken, `invented` the share of what was drawn as it that
    is held not to be there; with tasks that show it. Null where nothing could show it.
    """

    name: str
    things: float
    drawn: int
    missed: float | None
    invented: float | None
    missed_tasks: list[str]
    invented_tasks: list[str]


class Rate(Told):
    """How many of how many, with the 95 % interval of the rate."""

    right: int
    of: int
    low: float
    high: float


class ClassRate(Told):
    """Answers to tasks of a class in expectation, and how many of them are right, drawn to the crowd's rate."""

    name: str
    answers: float
    right: float
    low: float
    high: float


class Said(Told):
    """How often one class was said where another, or the same, is the truth: in expectation."""

    truth: str
    said: str
    answers: float


class Pace(Told):
    """Answers by how long they took, between `edges` in seconds; `crowd` is the share of all answers of each step."""

    median_seconds: float
    crowd_median_seconds: float
    edges: list[float]
    answers: list[int]
    crowd: list[float]


class Stretch(Told):
    """A part of a labeler's work, in its order: how many answers are what the verdict says, how many are right on gold.

    `gold` is null for who may not see it, and where there was none.
    """

    since: datetime
    until: datetime
    answers: int
    agree: Rate | None
    gold: Rate | None


class Evidence(Told):
    """What was tested about a labeler, in a sentence; `against` where it speaks against them beyond chance."""

    kind: str
    against: bool
    sentence: str
    facts: dict[str, float | int | str]


class LabelerReport(Told):
    """A labeler in a project, by the last estimate; lists are empty before it."""

    labeler: str
    handle: str
    kind: Literal["person", "model"]
    answers: int
    accuracy: float | None
    low: float | None
    high: float | None
    gold: Rate | None  # for managers; null where none was answered
    classes: list[ClassRate]
    confusion: list[Said]  # the largest cells, the largest first
    speed: Pace | None
    stretches: list[Stretch]
    evidence: list[Evidence]  # what speaks against them first
    estimated_at: datetime | None


class OwnReport(Told):
    """What is believed of who asks, in the words that others read. Nothing in it tells which tasks are gold."""

    answers: int
    accuracy: float | None
    low: float | None
    high: float | None
    speed: Pace | None
    stretches: list[Stretch]
    evidence: list[Evidence]
    estimated_at: datetime | None


class Bin(Told):
    """Gold tasks whose confidence is from `start` on, a tenth wide: what was stated on average, how many are right."""

    start: float
    tasks: int
    stated: float
    right: int


class Calibration(Told):
    """How often confidences are right on gold tasks, each judged without its own truth.

    `error` is the expected calibration error, with its 95 % interval; `error_before` that of the posteriors as they
    were. `calibrated`: gold was enough to fit a map; else this is of the posteriors as they are.
    """

    tasks: int
    right: int
    stated: float
    error: float
    low: float
    high: float
    error_before: float
    calibrated: bool
    bins: list[Bin]


class Saving(Told):
    """Recorded answers asked only until a target is met: `used` of `answers`; shares of tasks 0..1.

    `same`: they get the label that all answers give. `met`: they are that sure before the answers are used up.
    """

    target: float
    answers: int
    used: float
    saved: float
    same: float
    met: float
    tasks: int
    of_tasks: int
    orders: int  # random orders, of which `used` is the mean


class Items(Told):
    """How much the tasks' features, or a model's probabilities, tell, in the last estimate.

    `on`: they foretell the answers better than chance, and count. `gain`: by how much, in nats of held-out likelihood
    a task (0.69: twice as likely). `saved`: the share of the answers the rule asks for that they make unnecessary.
    """

    on: bool
    tasks: int  # with answers and something known of them
    gain: float
    saved: float | None  # null: no rule waits for a confidence, or they do not count


class AnswersPerTask(Told):
    answers: int
    tasks: int


class VerdictReasons(Told):
    count: int
    met: int
    exhausted: int
    capped: int
    escalated: int


class Quality(Told):
    """A project's quality. The first group is of the latest thousand verdicts, the second of the last estimate.

    Of kinds whose answers are objects a confidence is the share of `objects` that are right, of others of `tasks`.
    """

    right_of: Literal["tasks", "objects"]
    verdicts: int
    confidence: list[int]  # how many of them have 0 to 5 % confidence, 5 to 10 %, and so on
    mean_confidence: float | None
    reasons: VerdictReasons
    answers_per_task: list[AnswersPerTask]
    mean_answers: float | None
    cost_per_task: Money | None
    cost_per_right: Money | None  # expected: what they cost by how many of them are right

    agreement: Agreement | None
    calibration: Calibration | None  # null: fewer than ten gold tasks have answers
    savings: list[Saving]
    doubts: list[Doubt]  # the fifty tasks that are most likely wrong
    confused: list[ConfusedClasses]
    items: Items | None  # null: nothing is known of tasks beside their answers
    objects: list[ObjectClass]  # for kinds whose answers are objects, the most often missed or invented first
    labelers: list[LabelerQuality]  # those with most answers, at most 500
    calibrated_on: int  # gold tasks that taught confidences what they are worth; 0: they are not calibrated
    estimated_answers: int | None  # null: there was no estimate yet
    estimated_at: datetime | None


class EstimateAsked(Asked):
    """A policy that is not in force yet: what would it take?"""

    kind: Annotated[str, Field(min_length=1, max_length=64)]
    classes: Annotated[int, Field(ge=1, le=10_000)]  # how many an answer may be
    policy: Policy
    price: Money  # of an answer
    tasks: Annotated[int, Field(ge=1, le=10**9)] = 1000
    pilot_id: Uuid | None = None  # a project whose labelers are expected to answer
    continued: bool = False  # the pilot itself goes on under this policy: its labelers are known already


class EndedShares(Told):
    """How tasks are expected to end; they add up to 1."""

    met: float
    count: float
    exhausted: float
    capped: float
    escalated: float


class ExpectedAnswers(Told):
    """On average, and the interval that holds it with 90 %."""

    expected: float | None
    low: float
    high: float


class ExpectedCost(Told):
    """What these answers cost."""

    expected: Money | None
    low: Money
    high: Money


class Estimate(Told):
    """What a policy is expected to take. Null: kinds whose answers are not one class have bounds only, without a pilot.

    `source`: the pilot's last estimate, its gold where it has none yet, or an assumption: labelers who are right in
    80 % (70 to 90), and wrong evenly.
    """

    source: Literal["pilot", "gold", "assumption"]
    pilot_tasks: int
    labelers: int  # whose answers taught this
    answers: ExpectedAnswers  # a task, those of experts included
    expert_answers: float | None
    ended: EndedShares | None
    confidence: float | None  # mean of the verdicts
    cost_per_task: ExpectedCost
    cost: ExpectedCost  # of all tasks

"""Consensus that also looks at the items: a classifier of their features is one more voice.

told_i(c)   = beta ln(q_i(c) / pi_c)         pi = mean of q over answered tasks
q_i         the classifier's probabilities for task i, from answers to other tasks only (out of fold)
posterior   p_i(c) ~ pi_c exp(told_i(c)) prod_w E_w[c, l_iw]
confidence  ~ (p_i / exp(told_i))^tau share_i^b exp(told_i)     the crowd's part as in `calibrate`

The classifier is `logistic` on the posteriors of the crowd; the crowd is estimated anew with its voice, and it is
trained again on that, ROUNDS in all. beta maximises what the answers themselves are likely by, of tasks that the
classifier has not seen:

gain(beta)  = sum_i ln sum_c pi_c exp(told_i(c)) / Z_i prod_w E_w[c, l_iw]  -  the same with beta = 0

times what is left of the gain without what chance would give: beta (1 - chance / gain)+, chance = the most of 1.645
standard errors, LEAST_GAIN, and LEAST_EACH a task. Where nothing is left the result is that of `aggregate`: what is
useless, or only looks useful, does no harm. What it cannot know is whether the crowd errs as the items look: where all
who see one sort of item lean to one class, a classifier learns their leaning as if it were the truth, as they do.

Probabilities that a model gives are q as
they are, and the features of a classifier too (their logarithms), which mends a model that is too sure or takes one
class for another; the likelier of the two speaks.

CROWDLAB (Goh, Tkachenko and Mueller 2022) weighs a classifier and labelers by their agreement; Raykar and others 2010
train it inside EM. Here it is out of fold, in Dawid and Skene's model, and its weight is by likelihood.

Shapes: n answers; T tasks, K classes; features R x d, probabilities R x K, `of` R the task of each row (all T in order
if it is None). A task without a row is told nothing; one without answers has the classifier's posterior.
O(ROUNDS FOLDS logistic + aggregate), with at most ROWS rows to learn from.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from neraca.measure import aggregate, bayes, calibrate, copies, dawid_skene, logistic
from neraca.measure.answers import Answers, fix, known, read, softmax
from neraca.measure.arrays import LARGEST
from neraca.measure.majority import Flags, Floats, Ints, labels

ROUNDS = 4  # taught by a crowd that errs, a classifier is too unsure at first: each round it is surer, and righter
FOLDS = 5
FEWEST = 10  # answered tasks from which there is something to learn
ROWS = 10_000  # to learn from in a fold
WORK = 20_000_000  # rows x columns x classes to learn from in a fold: where classes are many, fewer rows
CHOOSE = 4_000  # rows on which the ridge is chosen
RIDGES = (1.0, 10.0, 100.0, 1000.0)
WEIGHTS = np.arange(0.0, 3.05, 0.2)
LEAST = 1e-3  # a class that the classifier calls less likely than this is as likely as this
LEAST_GAIN = 2.0
LEAST_EACH = 0.01  # nats a task: features that tell no more would save nobody an answer
CROWD = 0.5  # tau without gold: beside a classifier, what a crowd is believed shows in how much the classifier can say
SIDE = 1.645


@dataclass(frozen=True, slots=True)
class Voice:
    """`told` T x K, 0 where nothing is told; `weight` beta; `gain` in nats over `heard` answered tasks with a row.

    `q` T x K is the classifier's own, 1 / K where it says nothing.
    """

    told: Floats
    q: Floats
    weight: float
    gain: float
    heard: int

    @property
    def on(self) -> bool:
        """Whether it has a say."""
        return self.weight > 0


@dataclass(frozen=True, slots=True)
class Items:
    """What is known of items: columns to learn from (R x d), probabilities as given (R x K, or None), tasks (R)."""

    columns: Floats
    given: Floats | None
    of: Ints


@dataclass(frozen=True, slots=True)
class Estimate:
    """The verdicts, and the voice of the items in them."""

    found: aggregate.Aggregate
    voice: Voice


def estimate(
    task: ArrayLike, labeler: ArrayLike, label: ArrayLike, *, tasks: int, labelers: int, classes: int,
    features: ArrayLike | None = None, probabilities: ArrayLike | None = None, of: ArrayLike | None = None,
    gold: ArrayLike | None = None,
) -> Estimate:  # fmt: skip
    """Aggregates with features, a model's probabilities, or both. Raises ValueError naming a bad row."""
    everything = read(task, labeler, label, tasks=tasks, labelers=labelers, classes=classes)
    fixed = known(gold, tasks, classes)
    given = copies.without(everything, copies.among(everything, fixed))
    what = items(features, probabilities, of, tasks=tasks, classes=classes)
    free = np.full_like(fixed, -1)
    voice = hear(given, fixed, what)
    if not voice.on:
        return Estimate(aggregate.of(everything, fixed), voice)
    p, done, converged = aggregate.mean(given, free, voice.told)
    start = calibrate.Map(CROWD, calibrate.BETA, np.zeros(classes), 0)
    how = calibrate.fit(
        _apart(p, voice.told), given.votes, np.where(given.voted, fixed, -1), start=start, besides=voice.told
    )  # fmt: skip
    if how.gold:
        p, done, converged = aggregate.mean(given, fixed, voice.told)
    answered = given.voted | (np.abs(voice.told).max(axis=1, initial=0.0) > 0)
    p = np.where(
        given.voted[:, None], calibrate.apply(how, _apart(p, voice.told), given.votes, besides=voice.told), p
    )  # fmt: skip
    fix(p, fixed)
    top = np.where(answered, p.max(axis=1, initial=0.0), 0.0)
    found = aggregate.Aggregate(
        "features", p, labels(np.round(p, 12), answered), top, bayes.accuracy(everything, everything.collect(p)),
        how.gold >= calibrate.ENOUGH, done, converged, len(everything.task) - len(given.task),
    )  # fmt: skip
    return Estimate(found, voice)


def items(
    features: ArrayLike | None, probabilities: ArrayLike | None, of: ArrayLike | None, *, tasks: int, classes: int
) -> Items:
    """What is known of items, checked. Raises ValueError naming a row: of another length, not finite, of no task."""
    if features is None and probabilities is None:
        raise ValueError("Give features, probabilities or both.")
    size = len(np.asarray(probabilities if features is None else features))
    rows = np.arange(tasks) if of is None else np.asarray(of)
    if rows.shape != (size,) or (probabilities is not None and len(np.asarray(probabilities)) != size):
        raise ValueError(f"Give a row for each task: there are {len(rows)} tasks and {size} rows.")
    if (bad := (rows < 0) | (rows >= tasks)).any():
        at = int(bad.argmax())
        raise ValueError(f"Row {at}: there is no task {int(rows[at])}; there are {tasks}.")
    if len(np.unique(rows)) < size:
        raise ValueError("A task has two rows.")
    parts, q = [], None
    if features is not None:
        parts.append(logistic.columns(features))
    if probabilities is not None:
        q = _shares(probabilities, classes)
        parts.append(logistic.columns(np.log(np.maximum(q, LEAST))))
    return Items(np.hstack(parts), q, rows.astype(np.int64))


def _shares(raw: ArrayLike, classes: int) -> Floats:
    """Rows that sum to one; a row of zeros says nothing."""
    given = np.asarray(raw)
    if given.ndim != 2 or given.shape[1] != classes or given.dtype.kind not in "iuf":
        raise ValueError(f"Probabilities are a matrix with a column for each of {classes} classes.")
    q = given.astype(np.float64)
    wrong = ~(np.isfinite(q) & (q >= 0) & (q <= LARGEST)).all(axis=1)
    if wrong.any():
        raise ValueError(f"Row {int(wrong.argmax())}: a probability must be a finite number that is not negative.")
    total = q.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(q, total, out=np.full_like(q, 1.0 / classes), where=total > 0)
    return shares


def hear(given: Answers, gold: Ints, what: Items) -> Voice:
    """How much the items tell; nothing where they do not foretell the answers better than chance."""
    silent = Voice(
        np.zeros((given.tasks, given.classes)), np.full((given.tasks, given.classes), 1.0 / given.classes), 0.0, 0.0, 0
    )
    learnt = given.voted[what.of] | (gold[what.of] >= 0)
    answered = given.voted[what.of]
    if answered.sum() < FEWEST or given.classes < 2:
        return silent
    p, _, _ = aggregate.mean(given, gold)
    fix(p, gold)
    voice, ridge = silent, None
    for _ in range(ROUNDS):
        y = p[what.of]
        if ridge is None:
            ridge = _ridge(what.columns, y, learnt)
        said = [unseen(what.columns, y, learnt, ridge), *([] if what.given is None else [what.given])]
        found = [_weighed(given, p, gold, what.of, answered, q) for q in said]
        voice = max(found, key=lambda one: one.gain)
        if not voice.on:
            return voice
        p, _, _ = aggregate.mean(given, gold, voice.told)
        fix(p, gold)
    return voice


def _weighed(given: Answers, p: Floats, gold: Ints, of: Ints, answered: Flags, q: Floats) -> Voice:
    """The voice with the weight by which the answers are likeliest. The skills are those of the crowd so far."""
    table = given.collect(p)
    logs = dawid_skene.logarithms(given, table, dawid_skene.pooled(given, table), dawid_skene.STRENGTH)
    tasks = of[answered]
    likely = given.score(logs)[tasks]
    likely = np.exp(likely - likely.max(axis=1, keepdims=True))
    known_ = gold[tasks] >= 0  # of gold the truth is known: its answers tell of labelers alone, so it is what is told
    likely[known_] = p[tasks][known_]
    clipped = np.maximum(q, LEAST)
    prior = clipped[answered].mean(axis=0)
    prior /= prior.sum()
    tell = np.log(clipped / prior)
    sure = np.stack([_log_sum(softmax(b * tell[answered] + np.log(prior)), likely) for b in WEIGHTS])
    best = int(sure.sum(axis=1).argmax())
    gains = sure[best] - sure[0]
    gain = float(gains.sum())
    chance = max(LEAST_GAIN, SIDE * float(gains.std()) * len(gains) ** 0.5, LEAST_EACH * len(gains))
    weight = float(WEIGHTS[best]) * max(0.0, 1.0 - chance / max(gain, chance))
    told = np.zeros((given.tasks, given.classes))
    told[of] = weight * tell
    whole = np.full_like(told, 1.0 / given.classes)
    whole[of] = q
    return Voice(told, whole, weight, gain if weight else 0.0, int(answered.sum()))


def _log_sum(prior: Floats, likely: Floats) -> Floats:
    total: Floats = np.log(np.maximum((prior * likely).sum(axis=1), 1e-300))
    return total


def _apart(p: Floats, told: Floats) -> Floats:
    """The crowd's part of the posteriors."""
    return softmax(np.log(np.maximum(p, 1e-12)) - told)


def _ridge(z: Floats, y: Floats, learnt: Flags) -> float:
    """The ridge by which rows that were not seen are foretold best."""
    rows = np.random.default_rng(0).permutation(np.flatnonzero(learnt))[:CHOOSE]
    all_of = np.ones(len(rows), dtype=np.bool_)
    foretold = [float((y[rows] * np.log(np.maximum(unseen(z[rows], y[rows], all_of, r), 1e-9))).sum()) for r in RIDGES]
    return RIDGES[int(np.argmax(foretold))]


def unseen(z: Floats, y: Floats, learnt: Flags, ridge: float) -> Floats:
    """R x K: what a classifier says that has not seen the row; of rows that none learns from, the mean of all."""
    q = np.zeros((len(z), y.shape[1]))
    rest = np.flatnonzero(~learnt)
    for train, test in _folds(learnt, z.shape[1] * y.shape[1]):
        w = logistic.fit(z[train], y[train], ridge)
        q[test] = logistic.predict(z[test], w)
        q[rest] += logistic.predict(z[rest], w) / FOLDS
    return q


def _folds(learnt: Flags, width: int) -> Iterator[tuple[Ints, Ints]]:
    rows = np.random.default_rng(1).permutation(np.flatnonzero(learnt))
    most = max(min(ROWS, WORK // max(width, 1)), 2000)
    for fold in range(FOLDS):
        mine = np.arange(len(rows)) % FOLDS == fold
        yield rows[~mine][:most], rows[mine]

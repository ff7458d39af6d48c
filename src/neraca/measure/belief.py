"""What is believed of labelers who draw objects, and what it makes of one task: plain Python, for the worker.

`drawers` learns it from all answers of a project. Here it decides one task at a time, so it holds for any number asked:

there   log odds = log(o S_r / S_f) + sum_w t_w log P_w(drew or not | there) / P_w(... | not) - t log(S_r / S_f)
        S_r = 1 - prod_w (1 - r_w): somebody draws a thing;  S_f likewise what is none;  o = odds before anybody looked
nothing P(nothing is there | nobody drew anything) = 1 / (1 + (1 - e) / e prod_w (1 - r_w) / (1 - f_w))
unseen  things that all overlooked, for each that is there: u / (1 - u), u = prod_w (1 - r_w)

r recall, f invention; t_w tempers the evidence of who drew and who did not (`weight`), t their mean;
with one person asked it cancels out, and what is left is how often their objects are real. Before there is an estimate,
everybody has r = 0.8, f = 0.2 and o = 1, and nothing is tempered: equal voices weigh the same, and two of three decide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, fsum, log, log1p

from neraca.measure import online

LEAST = 1e-9  # of a probability whose logarithm is taken
TEMPER = 0.7  # what the word of one who is known well counts for: people overlook the same things
NEW, MET = 10.0, 20.0  # of one who gave n answers, (n + NEW) / (n + MET) of that
SEEN = 1e-3  # the least probability that somebody draws a thing, as in `existence`


@dataclass(frozen=True, slots=True)
class Hand:
    """How somebody draws shapes of one sort, in units of a shape's size: standard deviation, and how far too wide."""

    noise: float = 0.1
    bias: float = 0.0


@dataclass(frozen=True, slots=True)
class Drawer:
    """One labeler: recall, invention, what their word counts for (0..1), and their hand by sort of shape.

    `confusion` is K x K, or empty: then they are right in `accuracy` of the classes, and wrong evenly.
    """

    recall: float = 0.8
    invents: float = 0.2
    weight: float = 1.0
    accuracy: float = 0.8
    confusion: online.Rows = ()
    hands: Mapping[str, Hand] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Crowd:
    """A project: those who are known, what a stranger is taken for, and how things are before anybody looked.

    `empty` is P(a task has nothing to draw), `classes` and `prior` are those of the estimate; `learnt` tells whether
    there is one. `tau`, `bias` and `lacking` are what `calibrated_on` gold tasks taught (`object_calibration`).
    """

    drawers: Mapping[str, Drawer] = field(default_factory=dict)
    stranger: Drawer = field(default_factory=Drawer)
    odds: float = 1.0
    empty: float = 0.5
    classes: Sequence[str] = ()
    prior: Sequence[float] = ()
    learnt: bool = False
    tau: float = 1.0
    bias: float = 0.0
    lacking: float = 1.0
    calibrated_on: int = 0

    def of(self, labeler: str) -> Drawer:
        """What is believed of them."""
        return self.drawers.get(labeler, self.stranger)


NOBODY = Crowd()


def weight(answers: int) -> float:
    """What the word of somebody counts for, by how many answers of theirs the last estimate has seen."""
    return TEMPER * (answers + NEW) / (answers + MET)


def there(crowd: Crowd, drew: Sequence[Drawer], did_not: Sequence[Drawer]) -> float:
    """P(a thing that `drew` drew, and `did_not`, asked as well, did not, is there). Whatever their order."""
    asked = [*drew, *did_not]
    seen, made = _somebody([w.recall for w in asked]), _somebody([w.invents for w in asked])
    mean = fsum(w.weight for w in asked) / len(asked)
    told = [
        *(w.weight * (_log(w.recall) - _log(w.invents)) for w in drew),
        *(w.weight * (_log(1 - w.recall) - _log(1 - w.invents)) for w in did_not),
    ]
    return _share(fsum([_log(crowd.odds), (1 - mean) * (log(seen) - log(made)), *told]))


def nothing(crowd: Crowd, asked: Sequence[Drawer]) -> float:
    """P(there is nothing to draw), where nobody drew anything."""
    blind = fsum(_log(1 - w.recall) - _log(1 - w.invents) for w in asked)
    return _share(_log(crowd.empty) - _log(1 - crowd.empty) - blind)


def calibrated(crowd: Crowd, p: float) -> float:
    """P(right) of an object, through the map that gold taught."""
    return p if crowd.calibrated_on == 0 else _share(crowd.tau * (_log(p) - _log(1 - p)) + crowd.bias)


def without(crowd: Crowd, p: float) -> float:
    """P(nothing lacks) from what is believed of it, by how many more objects lack on gold."""
    return p if crowd.lacking == 1 else _share(_log(p) - _log(1 - p) - log(crowd.lacking))


def unseen(asked: Sequence[Drawer]) -> float:
    """How many things all of them overlooked for each that is there."""
    seen = _somebody([w.recall for w in asked])
    return (1 - seen) / seen


def _somebody(rates: Sequence[float]) -> float:
    return max(1 - exp(fsum(log1p(-min(r, 1 - LEAST)) for r in rates)), SEEN)


def _log(p: float) -> float:
    return log(max(p, LEAST))


def _share(odds: float) -> float:
    return 1 / (1 + exp(-min(max(odds, -700.0), 700.0)))


def posterior(crowd: Crowd, names: Sequence[str], said: Sequence[tuple[str, Drawer]]) -> tuple[float, ...]:
    """P(class) over `names`, of a thing to which these drawers gave these classes; others than `names` do not count.

    What is known of other classes than today's is not used.
    """
    k = len(names)
    same = crowd.learnt and list(crowd.classes) == list(names)
    number = {name: i for i, name in enumerate(names)}
    prior = crowd.prior if same and len(crowd.prior) == k else online.uniform(k)
    known = [(number[name], who) for name, who in said if name in number]
    columns = [
        [row[one] for row in who.confusion]
        if same and len(who.confusion) == k
        else online.start_column(k, one, who.accuracy)
        for one, who in known
    ]
    return online.posterior_of(prior, columns, temper=[who.weight for _, who in known])

"""What is told to a labeler and to who decides about them: facts, and one English sentence for each. All is here.

The sentences say what was counted, what one would expect, and how sure that makes one. They say nothing of a person's
intent: a finding is a reason to look, and the labeler reads the same words as who judges.
"""

from dataclasses import dataclass
from math import exp, isfinite

from neraca.measure.changes import Change
from neraca.measure.copies import Pair
from neraca.measure.sequential import Cusum, Sprt
from neraca.measure.timing import Speed

Fact = float | int | str


@dataclass(frozen=True, slots=True)
class Evidence:
    """`kind` names what was tested; `against` whether it speaks against the labeler; the facts behind the sentence."""

    kind: str
    against: bool
    facts: dict[str, Fact]
    sentence: str


def of_checks(found: Sprt, what: str = "check tasks") -> Evidence:
    """From Wald's test on tasks whose answer is known (`what` tells which, or on how often others agree)."""
    right = f"{_count(found.right)} of {_first(found)} answers to {what}"
    usual = f"somebody who works with care is right in about {_percent(found.good)}, a guesser in {_percent(found.bad)}"
    chance = f"Fewer than {_one_in(exp(-found.flag_at))} careful labelers look so by chance"
    told = {
        "flag": f"{right} are right; {usual}. {chance}.",
        "clear": f"{right} are right; {usual}. That is the work of somebody who takes care.",
        "open": f"{right} are right; {usual}. That is too little to tell.",
    }
    facts: dict[str, Fact] = {
        "verdict": found.verdict, "answers": found.answers, "right": found.right, "good": found.good, "bad": found.bad,
        "score": found.score, "flag_at": found.flag_at, "clear_at": found.clear_at,
    }  # fmt: skip
    return Evidence("checks", found.verdict == "flag", facts, told[found.verdict])


def of_agreement(found: Sprt) -> Evidence:
    """From Wald's test on how often the others who answered the same task say the same."""
    same = f"{_count(found.right)} of {_first(found)} answers are what most others said of the same task"
    usual = f"it is about {_percent(found.good)} for most labelers, {_percent(found.bad)} for answers at random"
    told = {
        "flag": f"{same}; {usual}. Others may be wrong, so these tasks should be looked at before anything is decided.",
        "clear": f"{same}; {usual}. That is as usual.",
        "open": f"{same}; {usual}. That is too little to tell.",
    }
    facts: dict[str, Fact] = {
        "verdict": found.verdict, "answers": found.answers, "same": found.right, "usual": found.good,
        "random": found.bad, "score": found.score,
    }  # fmt: skip
    return Evidence("agreement", found.verdict == "flag", facts, told[found.verdict])


def of_drift(found: Cusum) -> Evidence:
    """From Page's test on a labeler who had been cleared."""
    facts: dict[str, Fact] = {
        "since": found.since, "answers": found.answers, "right": found.right, "good": found.good,
        "score": found.score, "alarm_at": found.alarm_at,
    }  # fmt: skip
    if not found.alarm:
        return Evidence("drift", False, facts, "The answers to check tasks are as right as they were.")
    told = (
        f"Since check {found.since + 1}, {_count(found.right)} of {found.answers} answers to check tasks are right,"
        f" where about {_percent(found.good)} were expected. A labeler whose work has not changed gives such a row less"
        f" than once in {_count(exp(found.alarm_at))} checks."
    )
    return Evidence("drift", True, facts, told)


def of_change(found: Change) -> Evidence:
    """From the search for one change point."""
    facts: dict[str, Fact] = {
        "at": found.at, "before": found.before, "after": found.after, "answers": found.answers,
        "log_evidence": found.log_evidence,
    }  # fmt: skip
    if not found.strong:
        return Evidence("change", False, facts, f"Over {found.answers} answers no change in quality shows.")
    way = "fell" if found.after < found.before else "rose"
    told = (
        f"Around answer {found.at} of {found.answers}, the share of answers that are probably right {way} from about"
        f" {_percent(found.before)} to {_percent(found.after)}; a change explains the row {_times(found.log_evidence)}"
        " better than none."
    )
    return Evidence("change", found.after < found.before, facts, told)


def of_copies(found: Pair, other: str) -> Evidence:
    """From the comparison of two labelers; `other` is what the second one is called."""
    facts: dict[str, Fact] = {
        "other": other, "tasks": found.tasks, "equal": found.equal, "expected": found.expected, "score": found.score,
        "needed": found.needed,
    }  # fmt: skip
    same = f"{found.equal} of {found.tasks} answers are the same as those of {other}"
    told = (
        f"{same}; two people who work alone would share about {_count(found.expected)}, and many of the shared ones are"
        " answers that hardly anybody else gave. Where they say the same they count as one."
        if found.found
        else f"{same}, which happens to people who work alone."
    )
    return Evidence("copies", found.found, facts, told)


def of_speed(found: Speed) -> Evidence:
    """From the time that answers took."""
    facts: dict[str, Fact] = {
        "answers": found.answers, "fast": found.fast, "floor": found.floor, "median": found.median,
        "crowd_median": found.crowd_median, "chance": found.chance,
    }  # fmt: skip
    usual = f"half of all answers take {_seconds(found.crowd_median)} or more, this labeler's {_seconds(found.median)}"
    told = (
        f"{found.fast} of {found.answers} answers came in less than {_seconds(found.floor)}, which is a quarter of what"
        f" the quickest tenth needs; {usual}."
        if found.found
        else f"The answers take a usual time: {usual}."
    )
    return Evidence("speed", found.found, facts, told)


def of_recall(found: float, of: float, high: float, usual: float) -> Evidence:
    """From what was drawn of `of` things that are there (expected); `high` bounds the share, `usual` is others'."""
    facts: dict[str, Fact] = {"found": round(found), "of": round(of), "high": high, "usual": usual}
    told = (
        f"{round(found)} of about {round(of)} objects that are there, as far as all answers tell, were drawn, with 95 %"
        f" certainty no more than {_percent(high)} of such; half of the labelers draw {_percent(usual)} or more."
    )
    return Evidence("overlooks", True, facts, told)


def of_precision(real: float, drawn: int, high: float, usual: float) -> Evidence:
    """From what is there (expected) of what a labeler drew: `high` bounds the share, `usual` is others'."""
    facts: dict[str, Fact] = {"real": round(real), "drawn": drawn, "high": high, "usual": usual}
    told = (
        f"Of {drawn} objects that were drawn about {round(real)} are there, as far as all answers tell, with 95 %"
        f" certainty no more than {_percent(high)} of such; for half of the labelers it is {_percent(usual)} or more."
    )
    return Evidence("invents", True, facts, told)


def _first(found: Sprt) -> str:
    """How many answers a test has seen: it ends at its first decision."""
    return f"{found.answers}" if found.verdict == "open" else f"the first {found.answers}"


def _count(x: float) -> str:
    return f"{x:.0f}" if abs(x - round(x)) < 0.05 or x >= 20 else f"{x:.1f}"


def _percent(p: float) -> str:
    return f"{100 * p:.0f} %"


def _one_in(p: float) -> str:
    return f"1 in {1 / p:.0f}"


def _times(log_evidence: float) -> str:
    times = exp(min(log_evidence, 50.0))
    return f"{times:.0f} times" if isfinite(times) and times < 1000 else "more than 1000 times"


def _seconds(x: float) -> str:
    return f"{x:.1f} s" if x < 10 else f"{x:.0f} s"

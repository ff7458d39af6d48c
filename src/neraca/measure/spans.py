"""Spans (names in a text, events in a sound) of several people: which are the same, which are there, where they begin.

A span is (start, end) with start < end, in any unit: code points, tokens, seconds. Spans go through `objects`: alike
by their overlap (the shorter of a nested pair may be a third of the longer), there or not by who finds and who invents,
and each end by every labeler's bias (cutting short, reaching wide) and noise. An end is then put where somebody had put
it: between two words or sounds there is nothing to be right about.

For a tag on every token, `sequences` uses the neighbours too.
"""

from collections.abc import Sequence
from math import isfinite

from neraca.measure.objects import Geometry, Noisy

Span = tuple[float, float]

SAME = 0.3  # pass as `least` to `objects.estimate`


def span(start: float, end: float) -> Span:
    """A checked span. Raises ValueError for one that is empty, turned round or not finite."""
    if not (isfinite(start) and isfinite(end) and start < end):
        raise ValueError(f"A span begins before it ends: {start} to {end}.")
    return start, end


def iou(left: Span, right: Span) -> float:
    """What two spans share over what they cover together."""
    if left == right:
        return 1.0
    both = min(left[1], right[1]) - max(left[0], right[0])
    if both <= 0:
        return 0.0
    return both / (left[1] - left[0] + right[1] - right[0] - both)


def _numbers(shape: Span, like: Span) -> list[float]:
    return [like[0] - shape[0], shape[1] - like[1]]


def _build(members: Sequence[Span], like: Span, numbers: Sequence[float], known: Noisy) -> Span:
    weight = [n**-2 for n in known.noise]
    start = _snapped(like[0] - numbers[0], [m[0] for m in members], weight)
    end = _snapped(like[1] + numbers[1], [m[1] for m in members], weight)
    return (start, end) if start < end else like


def _snapped(at: float, used: Sequence[float], weight: Sequence[float]) -> float:
    """The nearest place that somebody used; of two as near the heavier, then the first."""
    total = {place: sum(w for u, w in zip(used, weight, strict=True) if u == place) for place in used}
    return min(total, key=lambda place: (round(abs(place - at), 9), -total[place], place))


SPAN: Geometry[Span] = Geometry(iou, _numbers, (0, 0), _build)

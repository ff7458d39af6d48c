"""1 - 2 sum IoU / (objects left + objects right), over objects of the same class matched one to one."""

from collections.abc import Mapping
from math import fsum
from typing import Any

from neraca.measure import boxes


def by_class(answer: Mapping[str, Any]) -> dict[str, list[boxes.Box]]:
    found: dict[str, list[boxes.Box]] = {}
    for thing in answer["objects"]:
        box = thing["box"]
        found.setdefault(thing["class"], []).append(boxes.Box(box["x"], box["y"], box["w"], box["h"]))
    return found


def distance(left: Mapping[str, Any], right: Mapping[str, Any]) -> float:
    n = len(left["objects"]) + len(right["objects"])
    if n == 0:
        return 0.0
    a, b = by_class(left), by_class(right)
    shared = fsum(pair.iou for name in a.keys() & b.keys() for pair in boxes.match(a[name], b[name]))
    return min(max(1.0 - 2.0 * shared / n, 0.0), 1.0)

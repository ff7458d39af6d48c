"""Simulated labelers of different skill. They are said to be simulated wherever they are shown."""

import random
from dataclasses import dataclass

CLASSES = 10
LOOKALIKE = {0: 6, 1: 7, 2: 3, 3: 8, 4: 9, 5: 6, 6: 5, 7: 1, 8: 3, 9: 4}  # half of all mistakes go there
HARD_SHARE = 0.12  # of the scans, on which everybody is worse
HARD = 0.65  # by which their accuracy is multiplied


@dataclass(frozen=True, slots=True)
class Simulated:
    """One simulated labeler: right with `accuracy`; one who does not look says `always`, whatever there is."""

    number: int
    accuracy: float
    always: int | None = None

    @property
    def name(self) -> str:
        return f"Simulated labeler {self.number:02}"

    def says(self, scan: int, truth: int, seed: int) -> int:
        """The answer to a scan: the same one whenever it is asked."""
        if self.always is not None:
            return self.always
        hard = random.Random(f"{seed}/scan/{scan}").random() < HARD_SHARE  # noqa: S311 - repeatable, not secret
        dice = random.Random(f"{seed}/{self.number}/{scan}")  # noqa: S311 - the same
        if dice.random() < self.accuracy * (HARD if hard else 1.0):
            return truth
        if dice.random() < 0.5:
            return LOOKALIKE[truth]
        return dice.choice([d for d in range(CLASSES) if d != truth])


def crowd(people: int, seed: int) -> list[Simulated]:
    """Two thirds good, a quarter middling, the rest poor; the last one does not look at all."""
    dice = random.Random(f"{seed}/crowd")  # noqa: S311 - repeatable, not secret
    made = []
    for n in range(people):
        share = n / people
        low, high = (0.86, 0.97) if share < 0.66 else (0.62, 0.84) if share < 0.9 else (0.35, 0.55)
        made.append(Simulated(n + 1, dice.uniform(low, high)))
    if people > 2:
        made[-1] = Simulated(people, 0.1, always=1)
    return made

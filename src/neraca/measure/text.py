"""One text of several transcripts or translations: a word graph, and a vote at each of its slots (ROVER, Fiscus 1997).

graph     the answer that shares most words with the others, then the others by falling likeness, each aligned to the
          graph so far with the least cost: a word costs 1 - (share of the slot that says it), leaving a slot out costs
          1 - (share that left it out), a word of one's own costs 1
vote      sum over answers of ln((1 - e) V / e) for its word at the slot, or for no word; V = 2 rivals a word has
error     e of an answer is its labeler's, drawn to what it differs from the vote of this task, both of them smoothed:
          e_w = (20 e + wrong_w) / (20 + words_w),  e_iw = (30 e_w + wrong_iw) / (30 + words_iw)

Votes and errors are repeated until no vote changes. Words are compared as `plain` gives them (no case, no punctuation)
and told as most people wrote them. Memory and time O(words^2) for each answer, so an answer pair of more than `CELLS`
cells is refused.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import fsum, log

CELLS = 4_000_000
RIVALS = 2.0  # words that sound alike: errors are not independent; best of 1..10
OF_CROWD, OF_LABELER = 20.0, 30.0  # words
LEAST = 0.01  # weight: nobody counts against themselves
START = 0.1
BOUNDS = (0.005, 0.9)

Slot = tuple[str, ...]  # what each answer says here; "" is no word


def plain(word: str) -> str:
    """A word without case and punctuation; an apostrophe inside stays."""
    folded = unicodedata.normalize("NFKC", word).casefold().replace("\u2019", "'")
    kept = "".join(c for c in folded if c == "'" or unicodedata.category(c)[0] not in "PSZC")
    return kept.strip("'")


def words(text: str) -> list[str]:
    """The words of a text, without those that are punctuation only."""
    return [word for word in text.split() if plain(word)]


def distance(left: Sequence[str], right: Sequence[str]) -> int:
    """The fewest words to put in, take out or replace."""
    _check(left, right, "The text")
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        corner, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (a != b))
    return row[-1]


def error_rate(said: Sequence[Sequence[str]], truth: Sequence[Sequence[str]]) -> float:
    """Words wrong over words of the truth, all texts together (WER)."""
    total = sum(len(t) for t in truth)
    return sum(distance(s, t) for s, t in zip(said, truth, strict=True)) / max(total, 1)


def graph(answers: Sequence[Sequence[str]]) -> list[Slot]:
    """The slots of a task's answers (lists of plain words), whatever their order: slot[i] is what answer i says."""
    m = len(answers)
    order = _order(answers)
    slots: list[list[str]] = []
    for done, i in enumerate(order):
        _check(slots, answers[i], f"Row {i}")
        said = _align(slots, [order[j] for j in range(done)], answers[i])
        grown: list[list[str]] = []
        for slot, word in said:
            here = slots[slot] if slot is not None else [""] * m
            here[i] = word
            grown.append(here)
        slots = grown
    return [tuple(slot) for slot in slots]


def _check(left: Sequence[object], right: Sequence[object], what: str) -> None:
    if len(left) * len(right) > CELLS:
        raise ValueError(f"{what} is too long to be aligned: {len(left)} x {len(right)} words.")


def _order(answers: Sequence[Sequence[str]]) -> list[int]:
    """First the answer that shares most with all, then by falling likeness to it; equals by their words."""
    bags = [Counter(a) for a in answers]

    def like(i: int, j: int) -> float:
        most = max(len(answers[i]), len(answers[j]))
        return (bags[i] & bags[j]).total() / most if most else 1.0

    near = [fsum(like(i, j) for j in range(len(answers))) for i in range(len(answers))]
    rank = [(-near[i], tuple(answers[i]), i) for i in range(len(answers))]
    first = min(rank)[2] if rank else 0
    return sorted(range(len(answers)), key=lambda i: (i != first, -like(first, i), tuple(answers[i]), i))


def _align(slots: Sequence[Sequence[str]], who: Sequence[int], answer: Sequence[str]) -> list[tuple[int | None, str]]:
    """Each slot (None: a new one) with the answer's word there, at the least cost."""
    share = [{w: 1 - n / len(who) for w, n in Counter(slot[i] for i in who).items()} for slot in slots]
    rows, columns = len(slots), len(answer)
    cost = [[float(j) for j in range(columns + 1)]]
    for i in range(1, rows + 1):
        here = share[i - 1]
        out = here.get("", 1.0)
        above = cost[-1]
        row = [above[0] + out]
        for j in range(1, columns + 1):
            row.append(min(above[j - 1] + here.get(answer[j - 1], 1.0), above[j] + out, row[j - 1] + 1.0))
        cost.append(row)
    found: list[tuple[int | None, str]] = []
    i, j = rows, columns
    while i or j:
        at = cost[i][j]
        if i and j and at == cost[i - 1][j - 1] + share[i - 1].get(answer[j - 1], 1.0):
            i, j = i - 1, j - 1
            found.append((i, answer[j]))
        elif i and at == cost[i - 1][j] + share[i - 1].get("", 1.0):
            i -= 1
            found.append((i, ""))
        else:
            j -= 1
            found.append((None, answer[j]))
    return found[::-1]


def vote(slots: Sequence[Slot], weight: Sequence[float]) -> list[tuple[str, float]]:
    """The word of each slot ("" for none) and its share of the weight. Of equals a word, the first by spelling."""
    found = []
    for slot in slots:
        votes = {w: fsum(weight[i] for i, said in enumerate(slot) if said == w) for w in set(slot)}
        total = fsum(votes.values())
        best = min(votes, key=lambda w: (-round(votes[w], 9), w == "", w))
        found.append((best, votes[best] / total if total > 0 else 1 / len(votes)))
    return found


@dataclass(frozen=True, slots=True)
class Estimate:
    """`text` per task ("" without answers), the mean `support` of its slots (0..1); `error` per labeler (0..1)."""

    text: list[str]
    support: list[float]
    error: list[float]
    iterations: int
    converged: bool


def estimate(
    task: Sequence[int], labeler: Sequence[int], text: Sequence[str], *, tasks: int, labelers: int,
    iterations: int = 20, key: Callable[[str], str] = plain,
) -> Estimate:  # fmt: skip
    """The text of each task and how often each labeler's words differ from it. Raises ValueError naming a bad row."""
    of_task: list[list[int]] = [[] for _ in range(tasks)]
    for row, (t, w) in enumerate(zip(task, labeler, strict=True)):
        if not (0 <= t < tasks and 0 <= w < labelers):
            raise ValueError(f"Row {row}: there is no task {t} or no labeler {w}.")
        of_task[t].append(row)
    for row, one in enumerate(text):
        if not isinstance(one, str):
            raise ValueError(f"Row {row}: a text is a string, not {type(one).__name__}.")  # noqa: TRY004 - as every bad row
    split = [words(one) for one in text]
    keys = [[key(w) for w in one] for one in split]
    of_task = [sorted(rows, key=lambda r: (labeler[r], keys[r], text[r])) for rows in of_task]
    graphs = [graph([keys[r] for r in rows]) for rows in of_task]
    error = [START] * len(split)
    chosen: list[list[tuple[str, float]]] = []
    who, done, converged = [START] * labelers, 0, False
    for done in range(1, iterations + 1):  # noqa: B007 - reported
        before = chosen
        worth = [max(log((1 - e) * RIVALS / e), LEAST) for e in error]
        chosen = [vote(g, [worth[r] for r in rows]) for g, rows in zip(graphs, of_task, strict=True)]
        if [[w for w, _ in t] for t in chosen] == [[w for w, _ in t] for t in before]:
            converged = True
            break
        who, error = _errors(graphs, of_task, chosen, labeler, labelers, len(split))
    told = [_told(g, rows, t, split, key) for g, rows, t in zip(graphs, of_task, chosen, strict=True)]
    support = [fsum(s for _, s in t) / len(t) if t else 0.0 for t in chosen]
    return Estimate(told, support, who, done, converged)


def rover(answers: Sequence[str], key: Callable[[str], str] = plain) -> str:
    """The naive judge: one task's answers with equal weights."""
    n = len(answers)
    return estimate([0] * n, list(range(n)), answers, tasks=1, labelers=n, iterations=1, key=key).text[0]


def _errors(
    graphs: Sequence[Sequence[Slot]], of_task: Sequence[Sequence[int]], chosen: Sequence[Sequence[tuple[str, float]]],
    labeler: Sequence[int], labelers: int, answers: int,
) -> tuple[list[float], list[float]]:  # fmt: skip
    wrong, size = [0] * answers, [0] * answers
    for slots, rows, best in zip(graphs, of_task, chosen, strict=True):
        for place, row in enumerate(rows):
            wrong[row] = sum(slot[place] != word for slot, (word, _) in zip(slots, best, strict=True))
            size[row] = sum(slot[place] != "" or word != "" for slot, (word, _) in zip(slots, best, strict=True))
    bad, of = [0.0] * labelers, [0.0] * labelers
    for row, w in enumerate(labeler):
        bad[w] += wrong[row]
        of[w] += size[row]
    crowd = (OF_CROWD * START + sum(wrong)) / (OF_CROWD + sum(size))
    who = [(OF_CROWD * crowd + b) / (OF_CROWD + n) for b, n in zip(bad, of, strict=True)]
    each = [
        min(max((OF_LABELER * who[w] + wrong[row]) / (OF_LABELER + size[row]), BOUNDS[0]), BOUNDS[1])
        for row, w in enumerate(labeler)
    ]
    return who, each


def _told(
    slots: Sequence[Slot], rows: Sequence[int], best: Sequence[tuple[str, float]], split: Sequence[Sequence[str]],
    key: Callable[[str], str],
) -> str:  # fmt: skip
    """The chosen words as most of those wrote them who chose them."""
    at = [0] * len(rows)
    said = []
    for slot, (word, _) in zip(slots, best, strict=True):
        forms: Counter[str] = Counter()
        for i, row in enumerate(rows):
            if slot[i]:
                form = split[row][at[i]]
                at[i] += 1
                if slot[i] == word:
                    forms[form] += 1
        if word:
            said.append(min(forms, key=lambda f: (-forms[f], f != key(f), f)))
    return " ".join(said)

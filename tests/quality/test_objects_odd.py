"""Whatever labelers draw, what is believed of them is finite, can be stored, and decides every task."""

import json
from typing import Any
from uuid import UUID

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from neraca.kind import Vote
from neraca.kinds import image
from neraca.measure import object_report
from neraca.quality.objects import jobs, reading, rules

KIND = image.KIND
CONFIG = {"classes": [{"id": "cup"}, {"id": "mug"}]}
NUMBER = {"cup": 0, "mug": 1}

side = st.floats(1, 40)
box = st.fixed_dictionaries({"x": st.floats(0, 60), "y": st.floats(0, 60), "w": side, "h": side})
thing = st.fixed_dictionaries(
    {"class": st.sampled_from(["cup", "mug", "gone"]), "shape": st.just("box"), "box": box}
)  # fmt: skip
same = {"class": "cup", "shape": "box", "box": {"x": 10.0, "y": 10.0, "w": 20.0, "h": 20.0}}
answer = st.builds(
    lambda objects: {"objects": objects}, st.lists(st.one_of(thing, st.just(same)), max_size=5)
)  # fmt: skip
crowds = st.lists(
    st.tuples(st.lists(st.tuples(st.integers(0, 4), answer), min_size=1, max_size=4, unique_by=lambda r: r[0]),
              st.one_of(st.none(), answer)),
    min_size=1, max_size=6,
)  # fmt: skip


def read(tasks: Any) -> reading.Given:
    """Answers, and gold for some tasks, as the job reads them."""
    assert KIND.objects is not None
    found = reading.Given()
    for t, (said, _) in enumerate(tasks):
        for w, value in said:
            row = {"task_id": UUID(int=t), "labeler_id": UUID(int=w), "value": value, "active_ms": 9}
            found.answer(row, KIND.objects, NUMBER)
    for t, (_, known) in enumerate(tasks):
        if known is not None:
            gold = {"objects": [o for o in known["objects"] if o["class"] != "gone"]}
            found.know({"task_id": UUID(int=t), "answer": gold}, KIND.objects, NUMBER)
    return found


@settings(max_examples=120, deadline=None)
@given(crowds)
def test_beliefs_are_finite_stored_and_decide(tasks: Any) -> None:
    found = read(tasks)
    asked = np.array(found.asked, dtype=np.int64).reshape(-1, 2)
    sure = np.zeros(len(found.tasks), dtype=np.bool_)
    sure[found.sure] = True
    learnt = jobs._estimate(found, asked, sure, ["cup", "mug"])
    project, people = reading.beliefs(learnt.table, learnt.classes)
    stored = json.loads(json.dumps([project, people], allow_nan=False))
    for rate in (learnt.table.recall, learnt.table.precision, learnt.table.f1):
        assert ((rate.low >= 0) & (rate.low <= rate.value) & (rate.value <= rate.high) & (rate.high <= 1)).all()
    assert ((learnt.table.there >= 0) & (learnt.table.there <= 1)).all()
    crowd = rules.crowd(stored[0], [{"labeler_id": w, **one} for w, one in enumerate(stored[1])])
    for said, _ in tasks:
        votes = [Vote(value, str(w), str(w)) for w, value in said]
        agreed = KIND.agree(votes, CONFIG, crowd)
        assert all(0 <= a.confidence <= 1 for a in agreed)
        assert 0 <= KIND.confidence(agreed) <= 1
        for one in KIND.merge(agreed, CONFIG)["objects"]:
            assert one["box"]["w"] > 0
            assert one["box"]["h"] > 0
    counts = np.bincount(asked[:, 0], minlength=len(found.tasks))
    for row in object_report.by_class(
        learnt.marks, learnt.table, counts, classes=2, labelers=len(found.labelers)
    ):  # fmt: skip
        assert all(share is None or -1e-9 <= share <= 1 + 1e-9 for share in (row.missed, row.invented))
    assert set(learnt.near(0.5)) <= set(found.tasks)


def test_absurd_boxes_that_were_ever_stored_are_left_out() -> None:
    boxes: list[dict[str, Any]] = [
        {"x": 0.0, "y": 0.0, "w": w, "h": 5.0} for w in (float("nan"), float("inf"), 1e300, 0.0, -3.0, 5.0)
    ]
    objects = [{"class": "cup", "shape": "box", "box": one} for one in boxes]
    found = read([([(0, {"objects": objects})], None)])
    assert list(found.boxes) == [0.0, 0.0, 5.0, 5.0]

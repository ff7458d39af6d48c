import pytest

from neraca.measure.boxes import Box, Drawn, associate, existence, iou, match, merged


def test_iou() -> None:
    assert iou(Box(0.1, 0.2, 0.3, 0.7), Box(0.1, 0.2, 0.3, 0.7)) == 1
    assert iou(Box(0, 0, 2, 2), Box(1, 0, 2, 2)) == pytest.approx(1 / 3)
    assert iou(Box(0, 0, 2, 2), Box(2, 0, 2, 2)) == 0


def test_matching_is_one_to_one_by_falling_iou() -> None:
    a, near, far = Box(0, 0, 10, 10), Box(1, 0, 10, 10), Box(3, 0, 10, 10)
    assert [(p.left, p.right) for p in match([a], [far, near])] == [(0, 1)]


def test_a_group_has_one_box_of_each_labeler() -> None:
    box = Box(0, 0, 10, 10)
    groups = associate([Drawn(0, 0, "a", box), Drawn(0, 1, "a", box), Drawn(1, 0, "a", box)])
    assert sorted(len(g) for g in groups) == [1, 2]


def test_existence_and_merging() -> None:
    assert existence([0.8], [0.8]) == pytest.approx(0.5)
    assert existence([0.8, 0.8], [0.8]) == pytest.approx(0.8)
    assert merged([Box(0, 0, 10, 10), Box(1, 1, 10, 10), Box(50, 1, 10, 10)]) == Box(1, 1, 10, 10)
    with pytest.raises(ValueError, match="no box"):
        merged([])


def test_boxes_heaped_up_by_the_thousand_end_in_time() -> None:
    """Two labelers who draw the same box 10,000 times each: a defined result, and no hours."""
    heap = [Drawn(w, i, "cup", Box(1.0, 1.0, 50.0, 50.0)) for w in range(2) for i in range(10_000)]
    groups = associate(heap)
    assert sum(len(g) for g in groups) == len(heap)
    assert all(len({d.labeler for d in g}) == len(g) for g in groups)

"""What a manager sees of a project's progress."""

from tests.fixtures.crew import Crew, fixed


async def test_the_spread_of_confidence_counts_every_verdict_in_its_step(crew: Crew) -> None:
    project = await crew.project(policy=fixed(2))
    await crew.tasks(project, 3)
    assert (await crew.progress(project))["confidence_spread"] == [0] * 20
    first, second = await crew.labeler(), await crew.labeler()
    for who, choice in ((first, "a"), (second, "a")):
        for _ in range(3):
            lease = await crew.lease(who, project)
            assert (await crew.submit(who, lease, choice)).status_code == 201
    seen = await crew.progress(project)
    rows = await crew.rows("select confidence from verdict")
    assert len(rows) == 3
    for row in rows:
        assert seen["confidence_spread"][min(int(row["confidence"] * 20), 19)] > 0
    assert sum(seen["confidence_spread"]) == 3

"""The demo's projects, as any client would make them: through the SDK."""

from collections.abc import Callable

from pydantic import JsonValue

from neraca.client import Client
from neraca.server.demo import digits, photographs
from neraca.wire.projects import FixedPolicy, Project, ProjectNew, TargetPolicy
from neraca.wire.shape import Money
from neraca.wire.tasks import TaskNew

CHUNK = 100  # pictures that are sent before their tasks: the first tasks are there at once
Told = Callable[[int, int], None]

DIGIT_CONFIG: dict[str, JsonValue] = {
    "question": "Which digit is it?",
    "options": [{"id": str(d), "label": str(d), "key": str(d)} for d in range(10)],
}
DIGIT_HELP = f"""Press the key of the digit that you see: **0** to **9**. One key answers and brings the next scan.

The scans are small on purpose. If you cannot tell, choose what is most likely; other people look at it too.

*{digits.CREDIT}*
"""
BOX_NAME = "Box every cup, person and animal"
BOX_HELP = f"""Draw one box around every **cup**, every **person** and every **animal**, as tight as you can.

1. Choose the class: **1** cup, **2** person, **3** animal.
2. Drag from corner to corner.
3. Hand in with **Ctrl+Enter**. A picture may have none of the three: hand it in empty.

* A person who is only partly in the picture counts; box the part that you see.
* A drawn or printed animal does not count.

### Pictures

{photographs.credits_of(photographs.TO_BOX)}
"""
SORT_NAME = "What does the picture show?"
SORT_OPTIONS = (
    ("people", "People"), ("animal", "An animal"), ("thing", "A thing"), ("place", "A place"),
    ("space", "Outer space"), ("surface", "A surface"), ("microscope", "Tissue or cells"), ("text", "Text"),
)  # fmt: skip
SORT_HELP = f"""Choose what the picture shows in the first place.

### Pictures

{photographs.credits_of(photographs.TO_SORT)}
"""


def dollars(amount: float) -> Money:
    return Money(micros=round(amount * 1_000_000), currency="USD")


def digit_project(name: str, policy: FixedPolicy | TargetPolicy) -> ProjectNew:
    """A project over the digit scans."""
    return ProjectNew(
        name=name, kind="choice", config=DIGIT_CONFIG, instructions=DIGIT_HELP, policy=policy, price=dollars(0.02),
        minutes=0.1, lease_seconds=300,
    )  # fmt: skip


def _made(client: Client, new: ProjectNew) -> Project:
    """The project of this name, or a new one: seeding goes on where it was broken off."""
    for project in client.projects.list():
        if project.name == new.name:
            return project
    return client.projects.create(new)


def _known(client: Client, project: Project) -> set[str]:
    return {t.external_id for t in client.tasks.list(project.id) if t.external_id is not None}


def seed_digits(client: Client, told: Told) -> Project:
    """Which digit is it? With its 1,797 scans."""
    project = _made(client, digit_project(digits.NAME, TargetPolicy(type="target", confidence=0.98, min=2, max=7)))
    found, known = digits.load(), _known(client, project)
    missing = [i for i in range(len(found.truth)) if digits.external_id(i) not in known]
    for start in range(0, len(missing), CHUNK):
        chunk = missing[start : start + CHUNK]
        new = [
            TaskNew(
                params={"image": f"asset:{client.assets.upload(found.picture(i), credit=digits.CREDIT).id}"},
                external_id=digits.external_id(i),
            )
            for i in chunk
        ]
        list(client.tasks.create(project.id, new))
        told(start + len(chunk), len(missing))
    return project


def _seed_pictures(client: Client, project: Project, pictures: tuple[photographs.Photograph, ...]) -> None:
    known = _known(client, project)
    for one in pictures:
        if one.file not in known:
            asset = client.assets.upload(one.path, credit=one.credit)
            task = TaskNew(params={"image": f"asset:{asset.id}"}, external_id=one.file, metadata={"credit": one.credit})
            list(client.tasks.create(project.id, [task]))


def seed_boxes(client: Client) -> Project:
    """Boxes on ten photographs."""
    classes: list[JsonValue] = [
        {"id": name, "label": name.capitalize(), "key": str(n + 1), "color": color}
        for n, (name, color) in enumerate((("cup", "#e0592a"), ("person", "#2a78d6"), ("animal", "#1c8a5a")))
    ]
    new = ProjectNew(
        name=BOX_NAME, kind="image", instructions=BOX_HELP, policy=FixedPolicy(type="fixed", answers=2),
        config={"question": f"{BOX_NAME}.", "classes": classes, "shapes": ["box"]}, price=dollars(0.15), minutes=0.75,
        lease_seconds=900,
    )  # fmt: skip
    project = _made(client, new)
    _seed_pictures(client, project, photographs.TO_BOX)
    return project


def seed_sorting(client: Client) -> Project:
    """The second client's project: choose what a picture shows."""
    options: list[JsonValue] = [
        {"id": name, "label": label, "key": str(n + 1)} for n, (name, label) in enumerate(SORT_OPTIONS)
    ]
    new = ProjectNew(
        name=SORT_NAME, kind="choice", config={"question": SORT_NAME, "options": options}, instructions=SORT_HELP,
        policy=TargetPolicy(type="target", confidence=0.9, min=2, max=5), price=dollars(0.03), minutes=0.15,
        lease_seconds=300,
    )  # fmt: skip
    project = _made(client, new)
    _seed_pictures(client, project, photographs.TO_SORT)
    return project

"""Who labels for a client, and the skills that they were granted."""

from collections.abc import Collection, Iterator
from typing import Literal

from neraca.client.connection import Wire
from neraca.wire.work import Labeler


class LabelerCalls:
    """`client.labelers`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def list(self) -> Iterator[Labeler]:
        """All who ever asked for work, under the pseudonyms of this client."""
        return self._wire.pages(Labeler, "/api/labelers")

    def get(self, labeler: str) -> Labeler:
        """One of them."""
        return self._wire.ask(Labeler, "GET", f"/api/labelers/{labeler}/skills")

    def put_skills(self, labeler: str, skills: Collection[str]) -> Labeler:
        """Grants a labeler these skills and no others."""
        body = {"skills": sorted(skills)}
        return self._wire.ask(Labeler, "PUT", f"/api/labelers/{labeler}/skills", json=body)

    def decide_exam(self, project_id: str, labeler: str, state: Literal["passed", "open"]) -> None:
        """Lets a labeler work in a project whatever their exam said, or gives them another attempt."""
        self._wire.send("PUT", f"/api/projects/{project_id}/labelers/{labeler}/exam", json={"state": state})

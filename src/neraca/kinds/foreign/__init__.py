"""Work that comes through a door and has no editor here yet: kept, handed out and answered as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from neraca.kind import Agreed, Answer, Crowd, Flaw, Format, Judgment, Kind, Objects, Vote, confidence
from neraca.kinds.foreign import agreement, formats, schema


class Foreign:
    """The kind `foreign`. Its door checks the parts; here a response is one whole."""

    id = "foreign"
    version = schema.VERSION
    title = "Foreign"
    online = False
    objects: Objects | None = None
    config = schema.Config
    params = schema.Params
    answer = schema.Answer
    formats: Mapping[str, Format] = {"jsonl": formats.Jsonl()}

    def config_flaws(self, config: schema.Config) -> list[Flaw]:  # noqa: ARG002 - the contract's signature
        return []

    def params_flaws(self, params: schema.Params, config: schema.Config) -> list[Flaw]:
        if params.type == config.type:
            return []
        return [Flaw("wrong-type", "#/type", f"This project takes tasks of the type {config.type}.")]

    def flaws(self, answer: schema.Answer, params: schema.Params, config: schema.Config) -> list[Flaw]:  # noqa: ARG002 - the contract's signature
        return []

    def distance(self, left: Answer, right: Answer, config: Mapping[str, Any]) -> float:  # noqa: ARG002 - the contract's signature
        return agreement.distance(left, right)

    def classes(self, config: Mapping[str, Any]) -> list[str]:  # noqa: ARG002 - the contract's signature
        return []

    def judgments(self, votes: Sequence[Vote], config: Mapping[str, Any]) -> list[Judgment]:  # noqa: ARG002 - the contract's signature
        return agreement.judgments(votes)

    def agree(self, votes: Sequence[Vote], config: Mapping[str, Any], crowd: Crowd) -> list[Agreed]:  # noqa: ARG002 - the contract's signature
        return agreement.agree(votes)

    def confidence(self, agreed: Sequence[Agreed]) -> float:
        return confidence(agreed)

    def merge(self, agreed: Sequence[Agreed], config: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - the contract's signature
        return agreement.merge(agreed)

    def assets(self, params: Mapping[str, Any]) -> list[str]:  # noqa: ARG002 - the contract's signature
        return []

    def upgrade(self, raw: Mapping[str, Any], since: int) -> dict[str, Any]:
        return schema.upgrade(dict(raw), since)


KIND: Kind = Foreign()

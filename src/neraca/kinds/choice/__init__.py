"""Choose one of several options for a picture, a text, or Markdown."""

from collections.abc import Mapping, Sequence
from typing import Any

from neraca.kind import Agreed, Answer, Crowd, Flaw, Format, Judgment, Kind, Objects, Vote, confidence
from neraca.kinds.choice import distance, flaws, formats, merge, schema


class Choice:
    """The kind `choice`."""

    id = "choice"
    version = schema.VERSION
    title = "Choice"
    online = True
    objects: Objects | None = None
    config = schema.Config
    params = schema.Params
    answer = schema.Answer
    formats: Mapping[str, Format] = {"jsonl": formats.Jsonl()}

    def config_flaws(self, config: schema.Config) -> list[Flaw]:
        return flaws.of_config(config)

    def params_flaws(self, params: schema.Params, config: schema.Config) -> list[Flaw]:
        return flaws.of_params(params, config)

    def flaws(self, answer: schema.Answer, params: schema.Params, config: schema.Config) -> list[Flaw]:
        return flaws.of_answer(answer, params, config)

    def distance(self, left: Answer, right: Answer, config: Mapping[str, Any]) -> float:  # noqa: ARG002 - the contract's signature
        return distance.distance(left, right)

    def classes(self, config: Mapping[str, Any]) -> list[str]:
        return merge.classes(config)

    def judgments(self, votes: Sequence[Vote], config: Mapping[str, Any]) -> list[Judgment]:  # noqa: ARG002 - the contract's signature
        return merge.judgments(votes)

    def agree(self, votes: Sequence[Vote], config: Mapping[str, Any], crowd: Crowd) -> list[Agreed]:  # noqa: ARG002 - the contract's signature
        return merge.agree(votes, config)

    def confidence(self, agreed: Sequence[Agreed]) -> float:
        return confidence(agreed)

    def merge(self, agreed: Sequence[Agreed], config: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - the contract's signature
        return merge.merge(agreed)

    def assets(self, params: Mapping[str, Any]) -> list[str]:
        image = params.get("image")
        return [image.removeprefix("asset:")] if isinstance(image, str) else []

    def upgrade(self, raw: Mapping[str, Any], since: int) -> dict[str, Any]:
        return schema.upgrade(dict(raw), since)


KIND: Kind = Choice()

"""Mark things in a picture. Boxes first; other shapes join as members of the object's union."""

from collections.abc import Mapping, Sequence
from typing import Any

from neraca.kind import Agreed, Answer, Crowd, Flaw, Format, Judgment, Kind, Objects, Vote
from neraca.kinds.image import distance, flaws, formats, merge, schema


class Image:
    """The kind `image`."""

    id = "image"
    version = schema.VERSION
    title = "Image"
    online = False
    objects: Objects | None = merge.Taken()
    config = schema.Config
    params = schema.Params
    answer = schema.Answer
    formats: Mapping[str, Format] = {"jsonl": formats.Jsonl(), "coco": formats.Coco()}

    def config_flaws(self, config: schema.Config) -> list[Flaw]:
        return flaws.of_config(config)

    def params_flaws(self, params: schema.Params, config: schema.Config) -> list[Flaw]:
        return flaws.of_params(params, config)

    def flaws(self, answer: schema.Answer, params: schema.Params, config: schema.Config) -> list[Flaw]:
        return flaws.of_answer(answer, params, config)

    def distance(self, left: Answer, right: Answer, config: Mapping[str, Any]) -> float:  # noqa: ARG002 - the contract's signature
        return distance.distance(left, right)

    def classes(self, config: Mapping[str, Any]) -> list[str]:  # noqa: ARG002 - the contract's signature
        return []

    def judgments(self, votes: Sequence[Vote], config: Mapping[str, Any]) -> list[Judgment]:  # noqa: ARG002 - the contract's signature
        return merge.judgments(votes)

    def agree(self, votes: Sequence[Vote], config: Mapping[str, Any], crowd: Crowd) -> list[Agreed]:
        return merge.agree(votes, config, crowd)

    def confidence(self, agreed: Sequence[Agreed]) -> float:
        return merge.share(agreed)

    def merge(self, agreed: Sequence[Agreed], config: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - the contract's signature
        return merge.merge(agreed)

    def assets(self, params: Mapping[str, Any]) -> list[str]:
        image = params.get("image")
        return [image.removeprefix("asset:")] if isinstance(image, str) else []

    def upgrade(self, raw: Mapping[str, Any], since: int) -> dict[str, Any]:
        return schema.upgrade(dict(raw), since)


KIND: Kind = Image()

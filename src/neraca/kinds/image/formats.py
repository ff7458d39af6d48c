"""JSONL, with nothing lost, and COCO detection."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from neraca.kind import Jsonl

__all__ = ["Coco", "Jsonl"]


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class Coco:
    """COCO detection: bbox [x, y, w, h] in pixels, categories numbered from 1 in the ontology's order.

    Lost: the ids of objects, and whatever COCO has no field for; `losses` counts it.
    """

    id = "coco"
    lossless = False

    def write(self, rows: Sequence[Mapping[str, Any]], config: Mapping[str, Any]) -> Iterator[str]:
        number = {c["id"]: n for n, c in enumerate(config["classes"], 1)}
        categories = [
            {"id": number[c["id"]], "name": c["label"], "supercategory": "", "neraca_class": c["id"]}
            for c in config["classes"]
        ]
        yield '{"info":' + _text({"version": "1.0"}) + ',"categories":' + _text(categories) + ',"images":['
        for n, row in enumerate(rows, 1):
            params = row["params"]
            image = {"id": n, "file_name": row["id"], "width": params["width"], "height": params["height"]}
            yield ("," if n > 1 else "") + _text({**image, "neraca_image": params["image"]})
        yield '],"annotations":['
        count = 0
        for n, row in enumerate(rows, 1):
            for thing in row["answer"]["objects"]:
                if thing["class"] not in number:
                    continue
                count += 1
                box = thing["box"]
                annotation = {
                    "id": count, "image_id": n, "category_id": number[thing["class"]], "iscrowd": 0,
                    "area": box["w"] * box["h"], "bbox": [box[side] for side in "xywh"],
                }  # fmt: skip
                yield ("," if count > 1 else "") + _text(annotation)
        yield "]}\n"

    def losses(self, rows: Sequence[Mapping[str, Any]], config: Mapping[str, Any]) -> dict[str, int]:
        """How many things of each sort the file cannot carry."""
        known = {c["id"] for c in config["classes"]}
        things = [thing for row in rows for thing in row["answer"]["objects"]]
        return {
            "object-id": sum(1 for t in things if t.get("id") is not None),
            "unknown-class": sum(1 for t in things if t["class"] not in known),
        }

    def read(self, text: str, config: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Rows in the file's order. Categories are known by our class id, else by the label. Raises ValueError."""
        try:
            file = json.loads(text)
            by_label = {c["label"]: c["id"] for c in config["classes"]}
            known = {c["id"] for c in config["classes"]}
            names: dict[int, str] = {}
            for category in file["categories"]:
                name = category.get("neraca_class")
                found = name if name in known else by_label.get(category["name"])
                if found is None:
                    raise ValueError(f"Category {category['name']!a:.64} is no class of the project.")
                names[category["id"]] = found
            objects: dict[int, list[dict[str, Any]]] = {image["id"]: [] for image in file["images"]}
            for a in file["annotations"]:
                box = dict(zip("xywh", a["bbox"], strict=True))
                objects[a["image_id"]].append({"class": names[a["category_id"]], "shape": "box", "box": box})
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"This is not a COCO detection file: {error!a:.64}.") from None
        for image in file["images"]:
            params = {"image": image.get("neraca_image", ""), "width": image["width"], "height": image["height"]}
            yield {"id": image["file_name"], "params": params, "answer": {"objects": objects[image["id"]]}}

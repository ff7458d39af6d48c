"""COCO detection files, written piece by piece: decided tasks only, boxes [x, y, w, h] in pixels.

An image that nobody has decided is left out: in COCO an image without annotations says that there
is nothing on it. Image ids are the tasks' order numbers, annotation ids count from 1.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Part = Literal["images", "annotations"]
_encode = msgspec.json.encode


def head(config: Mapping[str, Any], name: str) -> bytes:
    """The beginning of the file: info and categories, in the order of the project's classes."""
    categories = [
        {"id": i, "name": c["label"], "supercategory": "", "neraca_class": c["id"]}
        for i, c in enumerate(config["classes"], 1)
    ]
    return b'{"info":' + _encode({"description": name, "version": "1.0"}) + b',"categories":' + _encode(categories)


def opening(part: str) -> bytes:
    return b',"' + part.encode() + b'":['


def closing(part: str) -> bytes:
    return b"]" if part == "images" else b"]}\n"


def item(part: str, task: Mapping[str, Any], config: Mapping[str, Any], n: int) -> tuple[bytes, int]:
    """What one task adds to a part in which there are `n` items already, and how many there are then."""
    if task["verdict"] is None:
        return b"", n
    found = [_image(task)] if part == "images" else _annotations(task, config, n)
    text = b",".join(_encode(f) for f in found)
    return (b"," + text if n and found else text), n + len(found)


def _image(task: Mapping[str, Any]) -> dict[str, Any]:
    params = task["params"]
    return {
        "id": task["seq"],
        "file_name": task["external_id"] or params["image"],
        "width": params["width"],
        "height": params["height"],
        "neraca_task": str(task["id"]),
        "neraca_confidence": task["confidence"],
    }


def _annotations(task: Mapping[str, Any], config: Mapping[str, Any], n: int) -> list[dict[str, Any]]:
    number = {c["id"]: i for i, c in enumerate(config["classes"], 1)}
    found = []
    for thing in task["verdict"]["objects"]:
        if thing["class"] not in number or thing.get("shape", "box") != "box":
            continue  # a class that the project no longer has
        box = thing["box"]
        n += 1
        found.append(
            {
                "id": n,
                "image_id": task["seq"],
                "category_id": number[thing["class"]],
                "bbox": [box["x"], box["y"], box["w"], box["h"]],
                "area": box["w"] * box["h"],
                "iscrowd": 0,
            }
        )
    return found

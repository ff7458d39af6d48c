"""One good request and one good response of every task type."""

from typing import Any

IMAGE = "https://example.org/1.jpg"
FILE = {"url": "https://example.org/a.json"}
BOX = {"left": 1, "top": 2, "width": 3, "height": 4, "label": "car"}
GEOMETRY = {"attachment": IMAGE, "objects_to_annotate": ["car"]}
POINTS = {"annotations": [{"label": "car", "vertices": [{"x": 1, "y": 2}, {"x": 3, "y": 4}]}]}
FRAMES = {"attachments": ["https://example.org/f0.json"], "attachment_type": "json", "labels": ["car"]}
CHAT = {"responses": [{"text": "Paris."}]}

TYPES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "annotation": (GEOMETRY, {"annotations": [BOX]}),
    "categorization": (
        {"attachment": IMAGE, "attachment_type": "video", "categories": ["red", "blue"]}, {"category": "red"},
    ),
    "chat": ({"template_variables": {"prompt": "?"}}, CHAT),
    "chatexperimental": ({}, CHAT),
    "chatlite": ({}, CHAT),
    "comparison": (
        {"attachments": [IMAGE, IMAGE], "attachment_type": "image", "choices": ["same", "different"]},
        {"choice": "same"},
    ),
    "cuboidannotation": (GEOMETRY, POINTS),
    "datacollection": (
        {"attachment": "https://example.org", "attachment_type": "website", "fields": {"name": "Its name"}},
        {"fields": {"name": "A"}},
    ),
    "documentmodel": ({"anything": 1}, {"anything": 2}),
    "documenttranscription": (
        {"attachment": IMAGE, "features": [{"type": "block", "label": "total"}]},
        {"annotations": [{"label": "total", "text": "$1"}]},
    ),
    "federal2dvideoannotation": ({}, {}),
    "imageannotation": (
        {"attachment": IMAGE, "geometries": {"polygon": {"objects_to_annotate": ["car"]}}},
        {"annotations": [{"type": "polygon", "label": "car", "vertices": [{"x": 1, "y": 2}]}]},
    ),
    "laneannotation": ({}, {}),
    "lidarannotation": (FRAMES, {"annotations": FILE}),
    "lidarlinking": ({}, {"annotations": FILE}),
    "lidarsegmentation": (FRAMES, {"annotations": FILE, "point_segmentations": FILE}),
    "lidartopdown": ({"attachment": IMAGE}, {}),
    "lineannotation": (GEOMETRY, POINTS),
    "multichat": ({}, CHAT),
    "multistage": ({}, CHAT),
    "namedentityrecognition": (
        {"text": "Ada", "labels": [{"name": "person", "description": "a human"}]},
        {"annotations": [{"id": "e", "start": 0, "end": 3, "text": "Ada", "label": "person"}]},
    ),
    "pointannotation": (GEOMETRY, {"annotations": [{"label": "car", "x": 1, "y": 2}]}),
    "polygonannotation": (GEOMETRY, POINTS),
    "segmentannotation": (
        {"attachment": IMAGE, "labels": ["sky", {"choice": "car", "instance_label": True}]},
        {"annotations": {"combined": {}}, "labelMapping": {"sky": {"index": 1}}},
    ),
    "sensorfusion": (
        {
            "attachments": ["https://example.org/s.sfs"], "scene_format": "sensor_fusion", "annotation_definition": [],
            "is_frameless": True, "instruction": "Look", "callback_url": "https://example.org/hook",
        },
        {},
    ),
    "textcollection": (
        {
            "attachments": [{"type": "website", "content": "https://example.org"}],
            "fields": [{"type": "text", "field_id": "mail", "title": "Address"}],
        },
        {"annotations": {"mail": ["a@example.org"]}},
    ),
    "transcription": (
        {"attachment": IMAGE, "attachment_type": "image", "fields": {"title": "Its title"}}, {"fields": {"title": "A"}},
    ),
    "videoannotation": (
        {"attachments": [IMAGE], "attachment_type": "image", "geometries": {"box": {"objects_to_annotate": ["b"]}}},
        {"annotations": FILE},
    ),
    "videoboxannotation": ({"attachments": [IMAGE]}, {"annotations": FILE}),
    "videocuboidannotation": ({"attachments": [IMAGE]}, {"annotations": FILE}),
    "videoplaybackannotation": (
        {"attachment": "https://example.org/v.mp4", "geometries": {"box": {"objects_to_annotate": ["b"]}}},
        {"annotations": FILE, "events": FILE},
    ),
}  # fmt: skip

# The same with a parameter taken away: the type, the parameter, and what is left.
MISSING = [
    ("categorization", "attachment"), ("categorization", "categories"), ("transcription", "attachment"),
    ("imageannotation", "attachment"), ("imageannotation", "geometries"), ("documenttranscription", "attachment"),
    ("annotation", "attachment"), ("polygonannotation", "attachment"), ("lineannotation", "attachment"),
    ("datacollection", "attachment"), ("datacollection", "fields"), ("transcription", "fields"),
    ("namedentityrecognition", "text"), ("namedentityrecognition", "labels"), ("comparison", "attachments"),
    ("segmentannotation", "labels"), ("textcollection", "fields"), ("lidarannotation", "attachments"),
    ("lidarsegmentation", "labels"), ("videoplaybackannotation", "geometries"), ("videoannotation", "attachment"),
    ("sensorfusion", "scene_format"), ("videoboxannotation", "attachment"), ("lidartopdown", "attachment"),
]  # fmt: skip

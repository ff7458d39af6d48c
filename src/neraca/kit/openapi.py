"""What an endpoint that reads its own body tells the OpenAPI document."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

_bodies: dict[str, type[BaseModel]] = {}
_PROBLEM = {
    "description": "A problem document (RFC 9457).",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def doc(
    body: type[BaseModel] | None = None,
    *,
    query: tuple[str, ...] = (),
    header: tuple[str, ...] = (),
    media: str | None = None,
    security: str = "bearer",
) -> dict[str, Any]:
    """The extra OpenAPI fields of a route.

    The JSON body's shape or a raw body's media type, parameters of query and header, and how the
    caller proves who they are (`bearer`, `cookie` or `none`).
    """
    extra: dict[str, Any] = {"responses": {"4XX": _PROBLEM}}
    extra["security"] = [] if security == "none" else [{security: []}]
    if body is not None:
        _bodies[body.__name__] = body
        schema = {"$ref": f"#/components/schemas/{body.__name__}"}
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    if media is not None:
        schema = {"type": "string", "format": "binary"}
        extra["requestBody"] = {"required": True, "content": {media: {"schema": schema}}}
    if query or header:
        extra["parameters"] = [
            {"name": name, "in": place, "required": False, "schema": {"type": "string"}}
            for place, names in (("query", query), ("header", header))
            for name in names
        ]
    return extra


def schemas() -> dict[str, Any]:
    """The shapes of all bodies that `doc` was told of."""
    _, found = models_json_schema(
        [(model, "validation") for _, model in sorted(_bodies.items())],
        ref_template="#/components/schemas/{model}",
    )
    problem = {
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance", "code"],
        "properties": {
            **{name: {"type": "string"} for name in ("type", "title", "detail", "instance", "code")},
            "status": {"type": "integer"},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {n: {"type": "string"} for n in ("pointer", "code", "detail")},
                },
            },
        },
    }
    return {**found.get("$defs", {}), "Problem": problem}

"""What the description of the API says of every operation alike."""

from typing import Any

PROBLEM = {
    "type": "object",
    "description": "An error, as RFC 9457 has it.",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened, and what to do next."},
        "errors": {
            "type": "array",
            "description": "Each mistake in the body, with the JSON pointer of its place.",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
                "required": ["pointer", "detail"],
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
}

HEADERS = {
    name: {"description": text, "schema": {"type": "string"}}
    for name, text in {
        "RateLimit-Policy": "How many requests a minute are allowed.",
        "RateLimit": "How many are left in this minute, and how many seconds it goes on.",
    }.items()
}


def add_problems(
    result: dict[str, Any],
    generator: Any,
    request: Any,
    public: bool,  # noqa: FBT001 (drf-spectacular's)
) -> dict[str, Any]:
    """Give every operation the problem document for whatever goes wrong, and every answer its headers."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["headers"] = HEADERS
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS}
    for path in result["paths"].values():
        for operation in path.values():
            operation["responses"]["default"] = {
                "description": "What went wrong.",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
            for answer in operation["responses"].values():
                answer["headers"] = headers
    return result

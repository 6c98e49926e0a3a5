"""What the description of the API says of every operation alike."""

from typing import Any

from rewards.api.examples import TOLD

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
    "example": {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "The body has mistakes. Nothing was done.",
        "errors": [{"pointer": "#/reason", "detail": "This field is required."}],
    },
}

HEADERS = {
    name: {"description": text, "schema": {"type": "string"}}
    for name, text in {
        "RateLimit-Policy": "How many requests a minute are allowed.",
        "RateLimit": "How many are left in this minute, and how many seconds it goes on.",
    }.items()
}

# What can go wrong with an operation, by what it takes.
ALWAYS = {
    405: "Another method.",
    406: "Another answer than JSON is asked for.",
    429: "The limit of this minute is used up.",
    500: "A mistake of ours. It is in the log.",
    503: "The database does not answer. Nothing was done; try again.",
}
WITH_A_KEY = {401: "No key that counts.", 403: "A key without the scope."}
WITH_A_SIGN_IN = {401: "Nobody has signed in with this browser, or not any more."}
WITHOUT_A_TOKEN = {403: "The header X-CSRFToken is missing, or is not what the cookie has."}
WITH_A_BODY = {
    400: "The body has mistakes.",
    413: "The body is larger than 64 KiB.",
    415: "Another body than JSON.",
}
WITH_A_QUERY = {400: "The query has mistakes, or the cursor is none of this list."}
WITH_A_NAME = {404: "There is nothing of this name."}
SHOWN_KEYS = {401: "A key was shown that does not count."}


def problems_of(operation: dict[str, Any]) -> dict[int, str]:
    """The errors that an operation can be answered with, by their status."""
    security = operation.get("security", [])
    parameters = operation.get("parameters", [])
    found = dict(ALWAYS)
    if {"sign_in": []} in security:
        found |= WITH_A_SIGN_IN
    elif {"key": []} in security and {} not in security:
        found |= WITH_A_KEY
    else:
        found |= SHOWN_KEYS
    if "requestBody" in operation:
        found |= WITH_A_BODY
        if {"sign_in": []} in security:
            found |= WITHOUT_A_TOKEN
    if any(parameter["in"] == "query" for parameter in parameters):
        found |= WITH_A_QUERY
    if any(parameter["in"] == "path" for parameter in parameters):
        found |= WITH_A_NAME
    return found


def _add_examples(operation: dict[str, Any]) -> None:
    """Give an operation its summary, and show its answer and its body."""
    told = TOLD[operation["operationId"]]
    operation["summary"] = told.summary
    for status, answer in operation["responses"].items():
        for content in answer.get("content", {}).values():
            if int(status) < 300:
                content["example"] = told.answer
    for content in operation.get("requestBody", {}).get("content", {}).values():
        content["example"] = told.body


def add_problems(
    result: dict[str, Any],
    generator: Any,
    request: Any,
    public: bool,  # noqa: FBT001 (drf-spectacular's)
) -> dict[str, Any]:
    """Give every operation the problem documents for what can go wrong, and every answer its headers."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["headers"] = HEADERS
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS}
    document = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for name, shape in components["schemas"].items():
        # What a body may not have is refused by rewards.api.fields.Body.
        if name.endswith("Body"):
            shape["additionalProperties"] = False
    for path in result["paths"].values():
        for operation in path.values():
            answers = operation["responses"]
            _add_examples(operation)
            for status, text in problems_of(operation).items():
                answers.setdefault(str(status), {"description": text})["content"] = document
            for status, answer in answers.items():
                if int(status) >= 400:
                    answer["content"] = document
                answer["headers"] = headers
            operation["responses"] = dict(sorted(answers.items()))
    return result

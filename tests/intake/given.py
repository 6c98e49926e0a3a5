"""Signs as a sender does."""

import json
from typing import Any

from django.test import Client
from django.utils import timezone

from config import signatures
from marketplace.intake import operations as intake

URL = "/api/v1/events"


def sender(name: str = "market") -> str:
    """The secret of a new sender."""
    return intake.add_sender(name=name, by="ann", as_of=timezone.now())


def post(
    body: Any, *, secret: str, message_id: str = "msg_1", url: str = URL, age: int = 0, **headers: str
) -> Any:
    """The answer to a signed batch, or to bytes as they are."""
    data = body if isinstance(body, bytes) else json.dumps({"events": body}).encode()
    timestamp = int(timezone.now().timestamp()) - age
    signed = {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signatures.sign(
            secret=secret, message_id=message_id, timestamp=timestamp, body=data
        ),
    }
    all_headers = signed | {name.replace("_", "-"): value for name, value in headers.items()}
    return Client().post(url, data, content_type="application/json", headers=all_headers)


def words(answer: Any) -> list[str]:
    """What became of each item."""
    return [item["outcome"] for item in answer.json()["items"]]

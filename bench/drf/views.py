"""Takes in the same signed batches as the engine, into the same tables, by the framework's own means."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bench.drf.serializers import SERIALIZERS
from config import signatures
from marketplace.inbox import batches
from marketplace.inbox.rows import row
from marketplace.intake import operations as intake


class Events(APIView):
    """A batch: signature, parser, serializers, rows, one transaction."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    parser_classes = (JSONParser,)

    def post(self, request: Request) -> Response:
        """Take in a batch, and say what became of each item."""
        now = timezone.now()
        signed = signatures.read(request.headers, as_of=now)
        intake.sender_of(signed=signed, body=request._request.body, as_of=now)  # noqa: SLF001
        answers, rows = [], []
        for index, item in enumerate(request.data["events"]):
            answer, told = _read(item)
            answers.append({"index": index, **answer})
            rows += told
        with transaction.atomic():
            batch = batches.open_batch(rows=rows, format_name="native", fingerprint=None)
            assert batch is not None
            if not batch.copy():
                batch.stage()
        return Response({"id": signed.id, "new": len(rows), "items": answers})


def _read(item: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    try:
        event = SERIALIZERS[item.pop("kind")].event(item)
    except (ValidationError, KeyError, AttributeError) as error:
        return {"outcome": "refused", "reason": str(error)}, []
    return {"outcome": "new"}, [row(event)]

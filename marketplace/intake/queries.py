"""Who may send events."""

from datetime import datetime
from typing import Any

from config import sealing
from marketplace.intake.models import SEALED_FOR, Secret, Sender


def list_senders(*, as_of: datetime) -> list[dict[str, Any]]:
    """Every sender, by name, with when each secret of it ends; never a secret."""
    return [
        {
            "name": sender.name,
            "added_by": sender.added_by,
            "added_at": sender.added_at,
            "revoked_at": sender.revoked_at,
            "secrets": [
                {"made_at": secret.made_at, "ends_at": secret.ends_at, "readable": _is_readable(secret)}
                for secret in sender.secrets.all()
                if secret.ends_at is None or secret.ends_at > as_of
            ],
        }
        for sender in Sender.objects.prefetch_related("secrets").order_by("name")
    ]


def _is_readable(secret: Secret) -> bool:
    try:
        sealing.unseal(bytes(secret.sealed), purpose=SEALED_FOR)
    except sealing.Unreadable:
        return False
    return True

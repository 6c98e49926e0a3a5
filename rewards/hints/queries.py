"""Reads of the hints."""

from rewards.hints.models import Hint


def list_troubled(*, prefix: str, attempts: int) -> list[str]:
    """The rest of the keys that begin so, of work that was taken up at least so often and is not done."""
    found = Hint.objects.filter(key__startswith=prefix, attempts__gte=attempts).order_by("key")
    return [key.removeprefix(prefix) for key in found.values_list("key", flat=True)]

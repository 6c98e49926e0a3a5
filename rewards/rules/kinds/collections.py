"""Which collections a rule looks at: all, the verified ones, some by name, or the first by volume."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$")]


class TopVolume(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    The first ``top_volume`` collections by what was traded in the 30 days before a window opens.

    Only those count that at least ``minimum_buyers`` different collectors bought in.
    """

    top_volume: Annotated[int, Meta(ge=1, le=1000)]
    minimum_buyers: Annotated[int, Meta(ge=1)] = 1


Collections = str | list[Slug] | TopVolume


def stored(collections: Collections) -> dict[str, Any]:
    """Return the choice as it is kept in a version; ValueError where it is none."""
    if isinstance(collections, TopVolume):
        return {
            "of": "top_volume",
            "count": collections.top_volume,
            "minimum_buyers": collections.minimum_buyers,
        }
    if isinstance(collections, str):
        if collections not in ("all", "verified"):
            raise ValueError(
                'must be "all", "verified", a list of slugs, or { top_volume = …, minimum_buyers = … }'
            )
        return {"of": collections}
    if not collections:
        raise ValueError("names no collection")
    return {"of": "named", "slugs": sorted(set(collections))}

"""How tokens, collections and lists of things are named."""

from collections.abc import Iterable

from rewards.tab.rows import Token

# How collections write themselves, where a slug in title case would read badly.
SPELLINGS = {
    "superrare": "SuperRare",
    "mooncats": "MoonCats",
    "mooncatrescue": "MoonCats",
    "knownorigin": "KnownOrigin",
    "cryptopunks": "CryptoPunks",
    "boredapeyachtclub": "Bored Ape Yacht Club",
}


def collection_name(slug: str) -> str:
    """Write a collection's name from its slug."""
    return SPELLINGS.get(slug) or slug.replace("-", " ").replace("_", " ").title()


def token_name(token: Token) -> str:
    """Name a token: SuperRare #812. The middle of a very long id is left out."""
    number = token.token_id
    if len(number) > 12:
        number = f"{number[:5]}…{number[-4:]}"
    return f"{collection_name(token.collection)} #{number}"


def thing_name(*, token: Token | None, collection: str | None, trait: str | None) -> str:
    """Name what an order is for: a token, or any of a collection, or any with a trait."""
    if token is not None:
        return token_name(token)
    if collection is None:
        return "a token"
    of_trait = f" with {trait.replace('=', ' ')}" if trait else ""
    return f"any {collection_name(collection)}{of_trait}"


def listed(names: Iterable[str]) -> str:
    """Join names: SuperRare, MoonCats and KnownOrigin."""
    *first, last = list(names)
    return f"{', '.join(first)} and {last}" if first else last

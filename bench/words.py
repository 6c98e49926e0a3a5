"""
Words native events by hand.

A market of a million events is written in seconds so; an encoder would take as long as the bench itself.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.market import Token


def _about(token: "Token", quantity: int) -> str:
    collection = token.collection
    units = f'"quantity":{quantity},"standard":"erc1155",' if collection.is_edition else ""
    return (
        f'"chain":"ethereum","contract":"{collection.contract}","collection":"{collection.slug}",'
        f'"token_id":"{token.token_id}",{units}'
    )


def _chain(kind: str, *, at: str, tx: str, place: str, log: int) -> str:
    return (
        f'{{"source":"chain","key":"{tx}:{log}","kind":"{kind}","at":"{at}",'
        f'"position":[{place},{log}],"tx_hash":"{tx}",'
    )


def minted(token: "Token", *, at: str, tx: str, place: str, to: str, quantity: int) -> str:
    """A mint's line."""
    return f'{_chain("mint", at=at, tx=tx, place=place, log=0)}{_about(token, quantity)}"to":"{to}"}}\n'


def transferred(token: "Token", *, at: str, tx: str, place: str, sender: str, to: str, quantity: int) -> str:
    """A transfer's line."""
    chain = _chain("transfer", at=at, tx=tx, place=place, log=0)
    return f'{chain}{_about(token, quantity)}"from":"{sender}","to":"{to}"}}\n'


def sold(  # noqa: PLR0913 (a sale says as much)
    token: "Token",
    *,
    at: str,
    tx: str,
    place: str,
    sender: str,
    to: str,
    quantity: int,
    price: int,
    currency: str,
    order: str,
) -> str:
    """A sale's line."""
    filled = f'"order_key":"{order}",' if order else ""
    return (
        f"{_chain('sale', at=at, tx=tx, place=place, log=1)}{_about(token, quantity)}{filled}"
        f'"from":"{sender}","to":"{to}","price":"{price}","currency":"{currency}"}}\n'
    )


def placed(
    kind: str,
    token: "Token",
    *,
    at: str,
    order: str,
    maker: str,
    price: int,
    expires: str,
    place: str = "token",
) -> str:
    """A listing's or bid's line; ``place`` is ``token``, ``collection``, or a trait."""
    if place == "token":
        about = _about(token, 1)
    else:
        about = f'"chain":"ethereum","collection":"{token.collection.slug}",'
        if place != "collection":
            about += f'"trait":"{place}",'
    until = f'"expires_at":"{expires}",' if expires else ""
    currency = "ETH" if kind == "listing" else "WETH"
    return (
        f'{{"source":"orders","key":"{order}:{kind}","kind":"{kind}","at":"{at}",{about}{until}'
        f'"order_key":"{order}","maker":"{maker}","price":"{price}","currency":"{currency}"}}\n'
    )


def cancelled(*, at: str, order: str, maker: str, key: str) -> str:
    """A cancel's line."""
    return (
        f'{{"source":"orders","key":"{key}","kind":"cancel","at":"{at}","order_key":"{order}",'
        f'"maker":"{maker}"}}\n'
    )


def custody(*, at: str, key: str, address: str) -> str:
    """The line that says that an address keeps tokens for others."""
    return f'{{"source":"staff","key":"{key}","kind":"custody","at":"{at}","address":"{address}"}}\n'


def rate(*, at: str, wei: int) -> str:
    """The line of what a dollar is worth on a day."""
    key = f"USDC:{at}"
    return f'{{"source":"rates","key":"{key}","kind":"rate","at":"{at}","price":"{wei}","currency":"USDC"}}\n'

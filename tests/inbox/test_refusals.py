"""What is refused, each with its exact sentence."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from marketplace.inbox.blocks import LINE_BYTES
from marketplace.inbox.formats import native
from marketplace.inbox.refusal import Refusal
from marketplace.inbox.rows import row
from tests.inbox.given import ANN, BOB, ZERO, event

NO_OBJECTS = {
    b'{"source": "market", "key": "k': "The JSON ends before the object is closed.",
    b'{"key": "\\ud800"}': "The line is not JSON: a text or an escape in it is cut short.",
    b"key,kind,at": "The line is not JSON: invalid character (byte 0).",
    b'{"kind": "mint", "key": "\xff"}': "The line is not UTF-8 text: byte 26 is wrong.",
    b'\xef\xbb\xbf{"key": "k"}': (
        "The line begins with a byte order mark; save the file as UTF-8 without one."
    ),
    b"[]": "The line must be an object, not a list.",
    b"7": "The line must be an object, not a whole number.",
    b'{"a":' * 10_000: "The line nests objects deeper than an event ever does.",
}

# Sentence → kind of a good event, and what is changed in it.
NO_EVENTS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "kind is missing.": [
        ("mint", {"kind": ...}),
    ],
    (
        "kind is 'airdrop'; it must be one of mint, transfer, sale, listing, bid, cancel, custody, "
        "funding, rate."
    ): [
        ("mint", {"kind": "airdrop"}),
    ],
    "kind must be text in quotes.": [
        ("mint", {"kind": 5}),
    ],
    "at is missing.": [
        ("mint", {"at": ...}),
    ],
    "colection is not a field of this kind of event.": [
        ("mint", {"colection": "apes"}),
    ],
    "token_id is not a field of this kind of event.": [
        ("cancel", {"token_id": "1"}),
    ],
    "at has no offset; write Z or an offset such as +02:00 after the time.": [
        ("mint", {"at": "2026-01-01T12:00:00"}),
    ],
    "at is not an RFC 3339 instant, such as 2026-01-31T12:00:00Z.": [
        ("mint", {"at": "10000-01-01T00:00:00Z"}),
        ("mint", {"at": "2026-02-30T00:00:00Z"}),
    ],
    "at must be an instant as text, such as 2026-01-31T12:00:00Z, not a whole number.": [
        ("mint", {"at": 1767225600}),
    ],
    "at must lie in the years 2009 to 2200.": [
        ("mint", {"at": "2008-12-31T23:59:59Z"}),
        ("mint", {"at": "2201-01-01T00:00:00Z"}),
        ("mint", {"at": "0001-01-01T00:00:00+14:00"}),
    ],
    "expires_at must lie in the years 2009 to 2200.": [
        ("listing", {"expires_at": "9999-12-31T23:59:59-14:00"}),
    ],
    "source must be 1 to 64 of a-z 0-9 . _ -": [
        ("mint", {"source": "My Market"}),
    ],
    "source holds the control character U+000A.": [
        ("mint", {"source": "market\n"}),
    ],
    "key must not be empty.": [
        ("mint", {"key": ""}),
    ],
    "key must have at most 512 characters.": [
        ("mint", {"key": "k" * 513}),
    ],
    "key holds the control character U+0000.": [
        ("mint", {"key": "k\0"}),
    ],
    "collection holds the control character U+0009.": [
        ("mint", {"collection": "a\tb"}),
    ],
    "token_id holds the control character U+007F.": [
        ("mint", {"token_id": "1\x7f"}),
    ],
    "token_id holds the control character U+0085.": [
        ("mint", {"token_id": "1\x85"}),
    ],
    "token_id must be text in quotes, not a whole number.": [
        ("mint", {"token_id": 1}),
    ],
    "chain must be 1 to 32 of a-z 0-9 _ -": [
        ("mint", {"chain": "Ethereum"}),
    ],
    "contract must be an address: 0x and 40 hex digits, or 1 to 128 of A-Z a-z 0-9 . _ : -": [
        ("mint", {"contract": "0x12"}),
    ],
    "to must be an address: 0x and 40 hex digits, or 1 to 128 of A-Z a-z 0-9 . _ : -": [
        ("mint", {"to": "ann smith"}),
    ],
    "to of a mint must be a wallet, not the zero address.": [
        ("mint", {"to": ZERO}),
    ],
    "from of a mint is left out or the zero address; a wallet that gives is a transfer.": [
        ("mint", {"from_": BOB}),
    ],
    "quantity must be at least 1.": [
        ("mint", {"quantity": 0}),
    ],
    "quantity must be at most 1000000000000000.": [
        ("mint", {"quantity": 10**15 + 1}),
        ("mint", {"quantity": 10**30}),
    ],
    "quantity must be a whole number, not a number with a fraction.": [
        ("mint", {"quantity": 1.5}),
    ],
    "quantity must be a whole number, not text in quotes.": [
        ("mint", {"quantity": "1"}),
    ],
    "quantity must be a whole number, not true or false.": [
        ("mint", {"quantity": True}),
    ],
    "standard cannot be 'erc20'.": [
        ("mint", {"standard": "erc20"}),
    ],
    "position must be three whole numbers: block, transaction index, log index.": [
        ("mint", {"position": [1, 2]}),
    ],
    "position must be at least 0.": [
        ("mint", {"position": [1, 2, -3]}),
    ],
    "position must be a list of three whole numbers, not a whole number.": [
        ("mint", {"position": 7}),
    ],
    "tx_hash begins with 0x and must go on with hex digits only.": [
        ("mint", {"tx_hash": "0xyz"}),
    ],
    "A sale needs two wallets: from and to are the same.": [
        ("sale", {"to": ANN}),
        ("sale", {"to": ANN.upper().replace("0X", "0x")}),
    ],
    "to of a sale is the buyer and cannot be the zero address.": [
        ("sale", {"to": ZERO}),
    ],
    "from of a sale is the seller and cannot be the zero address; a first sale is a mint.": [
        ("sale", {"from_": ZERO}),
    ],
    "price must not be negative.": [
        ("sale", {"price": "-1"}),
    ],
    "price has 79 digits; at most 78 are stored.": [
        ("sale", {"price": "9" * 79}),
    ],
    "price must be a whole number of base units in digits, such as 900000000000000000.": [
        ("sale", {"price": "1.5"}),
        ("sale", {"price": "٣"}),
        ("sale", {"price": ""}),
    ],
    "price must be text in quotes, not a whole number.": [
        ("sale", {"price": 5}),
    ],
    "price must be text in quotes, not null.": [
        ("sale", {"price": None}),
    ],
    "currency must be a symbol: 1 to 16 of A-Z 0-9 . _ -": [
        ("sale", {"currency": "€"}),
    ],
    "decimals is missing; it is needed because XYZ is not a currency we know.": [
        ("sale", {"currency": "XYZ"}),
    ],
    "decimals is 18, but USDC has 6.": [
        ("sale", {"currency": "usdc", "decimals": 18}),
    ],
    "decimals must be at most 36.": [
        ("sale", {"decimals": 37}),
    ],
    "maker cannot be the zero address, which is nobody.": [
        ("listing", {"maker": ZERO}),
        ("cancel", {"maker": ZERO}),
    ],
    "order_key is missing.": [
        ("listing", {"order_key": ...}),
    ],
    "contract is missing; a bid on a token needs it.": [
        ("bid", {"contract": ...}),
    ],
    "trait is for a bid on any token that has it; leave out trait or token_id.": [
        ("bid", {"trait": "Fur=Gold"}),
    ],
    "collection is missing.": [
        ("bid", {"token_id": ..., "collection": ...}),
    ],
    "address cannot be the zero address, which is nobody.": [
        ("custody", {"address": ZERO}),
    ],
    "A funding needs two wallets: from and to are the same.": [
        ("funding", {"to": ANN}),
    ],
    "from cannot be the zero address, which is nobody.": [
        ("funding", {"from_": ZERO}),
    ],
    "price of a rate must be above zero.": [
        ("rate", {"price": "0"}),
    ],
    "position is not a field of this kind of event.": [
        ("rate", {"position": [1, 2, 3]}),
    ],
}

CASES = [(kind, changes, sentence) for sentence, cases in NO_EVENTS.items() for kind, changes in cases]


@pytest.fixture(autouse=True)
def recursion_limit() -> Iterator[None]:
    """Python's own limit, which Hypothesis raises for the tests that it runs and those after them."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000)
    yield
    sys.setrecursionlimit(before)


def refusal(line: bytes) -> str:
    assert len(line) < LINE_BYTES
    with pytest.raises(Refusal) as refused:
        [row(told) for told in native.read(line)]
    return str(refused.value)


@pytest.mark.parametrize(("line", "sentence"), NO_OBJECTS.items())
def test_refuses_a_line_that_is_no_object(line: bytes, sentence: str) -> None:
    assert refusal(line) == sentence


@pytest.mark.parametrize(("kind", "changes", "sentence"), CASES)
def test_refuses_what_cannot_be_an_event(kind: str, changes: dict[str, Any], sentence: str) -> None:
    assert refusal(json.dumps(event(kind, **changes)).encode()) == sentence


@pytest.mark.parametrize("character", ["\x7f", "\x80", "\x9f", "\u2028"])
def test_refuses_control_characters_that_json_needs_no_escape_for(character: str) -> None:
    line = json.dumps(event("mint", key=f"k{character}"), ensure_ascii=False).encode()
    assert refusal(line) == f"key holds the control character U+{ord(character):04X}."


@pytest.mark.parametrize("line", [b"", b"  ", b"\r"])
def test_an_empty_line_tells_nothing(line: bytes) -> None:
    assert native.read(line) == ()

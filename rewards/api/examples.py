"""What the description calls each operation, in a line, and shows as its answer and its body."""

from dataclasses import dataclass
from typing import Any

ANN = "0x616e6e0000000000000000000000000000000000"
CONTRACT = "0xb932a70a57673d89f4acffbe830e8ed7f75fb9e0"
LINE = "2019-03/12/5f0a6c1e-8d0b-4c39-9d3e-0f4b7a2c1d55/7"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is said of an operation. ``body`` is empty where none is sent."""

    summary: str
    answer: dict[str, Any]
    body: dict[str, Any] | None = None


def _page(item: dict[str, Any]) -> dict[str, Any]:
    return {"items": [item], "next_cursor": None}


ROUND = {
    "round": "2019-03",
    "season": "genesis",
    "title": "March 2019",
    "message": "Thank you for holding.",
    "state": "sealed",
    "window_start": "2019-03-01T00:00:00Z",
    "window_end": "2019-04-01T00:00:00Z",
    "shipping_at": "2019-04-03T12:00:00Z",
    "shipped_at": "2019-04-03T12:00:09Z",
    "award_count": 412,
    "total_xp": 183250,
}
PAUSE = {
    "flag": "liquidity",
    "starts_at": "2026-03-10T12:00:00Z",
    "ends_at": None,
    "reason": "Wash trades are being looked at.",
}
APPEAL = {
    "id": 31,
    "round": "2019-03",
    "line": LINE,
    "text": "I paid 2 ETH, not 0.75.",
    "opened_at": "2019-04-05T09:30:00Z",
    "state": "open",
    "answer": None,
    "answered_at": None,
    "correction": None,
}
ANSWERED = APPEAL | {
    "state": "answered",
    "answer": "You are right: the sale was told in the wrong currency.",
    "answered_at": "2019-04-06T15:00:00Z",
    "correction": {"amount_xp": 125, "state": "waiting", "made_at": None},
}
TOKEN = {"collection": "superrare", "contract": CONTRACT, "token_id": "2319"}

TOLD = {
    "get_me": Told(
        summary="Who has signed in, and its balance",
        answer={
            "address": ANN,
            "signed_in_as": ANN,
            "balance_xp": 4310,
            "wallet_count": 2,
            "place": 17,
            "next_round_at": "2019-05-03T12:00:00Z",
        },
    ),
    "list_my_wallets": Told(
        summary="The own wallets",
        answer={"items": [{"address": ANN, "stands": True, "linked_at": None, "is_settling": False}]},
    ),
    "list_my_lines": Told(
        summary="Every reason for XP, and for none",
        answer=_page(
            {
                "id": LINE,
                "round": "2019-03",
                "late_for": None,
                "rule": {"slug": "buyers", "title": "Buying", "kind": "purchase", "version": 2},
                "reason": "earned",
                "text": "Bought SuperRare #2319 for 0.75 ETH",
                "why": "175 XP × 1.5 = 262 XP, held #20 for 346 days",
                "amount_xp": 262,
                "base_micro_xp": 175000000,
                "boost_bp": 15000,
                "cut_xp": 0,
                "earlier_xp": 0,
                "hold_days": None,
                "at": "2019-03-12T18:04:31Z",
                "price": "750000000000000000",
                "currency": "ETH",
                "decimals": 18,
            }
            | TOKEN
        ),
    ),
    "list_my_awards": Told(
        summary="What rounds brought",
        answer=_page(
            {
                "round": "2019-03",
                "title": "March 2019",
                "message": "Thank you for holding.",
                "state": "sealed",
                "window_start": "2019-03-01T00:00:00Z",
                "window_end": "2019-04-01T00:00:00Z",
                "amount_xp": 262,
                "posted_at": "2019-04-03T12:00:02Z",
            }
        ),
    ),
    "list_my_ledger": Told(
        summary="Every transfer of the own XP",
        answer=_page(
            {
                "id": 90412,
                "at": "2019-04-03T12:00:02Z",
                "reason": "award",
                "change_xp": 262,
                "round": "2019-03",
                "title": "March 2019",
            }
        ),
    ),
    "list_my_holds": Told(
        summary="What is held, and the next step of its boost",
        answer=_page(
            TOKEN
            | {
                "quantity": 1,
                "started_at": "2019-03-12T18:04:31Z",
                "hold_days": 121,
                "boost": {
                    "rule": "long-holders",
                    "boost_bp": 12500,
                    "next_boost_bp": 15000,
                    "next_at": "2019-09-08T18:04:31Z",
                },
            }
        ),
    ),
    "list_my_orders": Told(
        summary="What rests, and what it earns an hour",
        answer=_page(
            TOKEN
            | {
                "side": "listing",
                "trait": None,
                "quantity": 1,
                "price": "900000000000000000",
                "currency": "ETH",
                "decimals": 18,
                "placed_at": "2019-07-10T08:00:00Z",
                "ends_at": None,
                "earns": {
                    "micro_xp_per_hour": 500000,
                    "text": "0.5 XP an hour",
                    "reason": None,
                    "why": ["1 XP an hour, × 0.5 at 1.8 × the floor"],
                },
            }
        ),
    ),
    "list_my_appeals": Told(summary="What was reported, and the answers", answer=_page(ANSWERED)),
    "report_line": Told(
        summary="Report a problem with a line",
        answer=APPEAL,
        body={"line": LINE, "text": "I paid 2 ETH, not 0.75."},
    ),
    "get_balance": Told(summary="The balance behind a wallet", answer={"address": ANN, "balance_xp": 4310}),
    "list_rules": Told(
        summary="The rules, in numbers and in words",
        answer={
            "items": [
                {
                    "slug": "buyers",
                    "title": "Buying",
                    "kind": "purchase",
                    "version": 2,
                    "state": "on",
                    "text": ["100 XP for each purchase."],
                    "in_force_from": "2019-01-01T00:00:00Z",
                    "ends_at": "2020-01-01T00:00:00Z",
                    "params": {"micro_xp_per_purchase": 100000000, "minimum_price_wei": "50000000000000000"},
                    "pauses": [PAUSE | {"flag": "rule.buyers", "ends_at": "2026-03-11T00:00:00Z"}],
                }
            ]
        },
    ),
    "list_seasons": Told(
        summary="The seasons, and what their budgets have left",
        answer={
            "items": [
                {
                    "season": "genesis",
                    "title": "Genesis",
                    "starts_at": "2019-01-01T00:00:00Z",
                    "ends_at": "2020-01-01T00:00:00Z",
                    "budget_xp": 5000000,
                    "left_xp": 4816750,
                }
            ]
        },
    ),
    "list_rounds": Told(summary="The rounds that have gone out", answer=_page(ROUND)),
    "list_rounds_to_come": Told(
        summary="The rounds to come",
        answer={
            "items": [
                {
                    "window_start": "2019-04-01T00:00:00Z",
                    "window_end": "2019-05-01T00:00:00Z",
                    "due_at": "2019-05-03T12:00:00Z",
                    "state": "announced",
                }
            ]
        },
    ),
    "get_round": Told(summary="A round that has gone out", answer=ROUND),
    "list_leaders": Told(
        summary="The first 100 places",
        answer={
            "taken_at": "2019-04-03T12:05:00Z",
            "collector_count": 1204,
            "items": [
                {"place": 1, "address": ANN, "balance_xp": 4310},
                {"place": 2, "address": None, "balance_xp": None},
            ],
        },
    ),
    "list_flags": Told(
        summary="The flags, and why what is paused",
        answer={
            "as_of": "2026-03-10T13:00:00Z",
            "flags": [
                {
                    "flag": "liquidity",
                    "title": "Listing and bidding",
                    "parent": None,
                    "state": "paused",
                    "paused_by": [PAUSE],
                    "pauses": [PAUSE],
                }
            ],
        },
    ),
    "pause_flag": Told(
        summary="Pause a flag", answer=PAUSE, body={"reason": "Wash trades are being looked at."}
    ),
    "resume_flag": Told(
        summary="Resume a flag",
        answer=PAUSE | {"ends_at": "2026-03-11T00:00:00Z"},
        body={"at": "2026-03-11T00:00:00Z"},
    ),
    "get_status": Told(
        summary="How the engine is",
        answer={
            "as_of": "2026-03-10T13:00:00Z",
            "paused": [PAUSE],
            "shipments": [
                {
                    "shipment": "2026-02",
                    "title": "February 2026",
                    "state": "shipping",
                    "shipping_at": "2026-03-10T12:59:50Z",
                    "total_xp": 183250,
                    "xp_done": 91000,
                    "awards": 412,
                    "awards_done": 200,
                    "batches": 5,
                    "batches_done": 2,
                    "batches_failed": 0,
                }
            ],
            "events": {
                "received_at": "2026-03-10T12:59:58Z",
                "newest_at": "2026-03-10T12:59:57Z",
                "waiting_batches": 1,
                "waiting_events": 300,
                "waiting_since": "2026-03-10T12:59:58Z",
            },
            "budgets": [
                {
                    "season": "genesis",
                    "title": "Genesis",
                    "starts_at": "2026-01-01T00:00:00Z",
                    "ends_at": "2027-01-01T00:00:00Z",
                    "budget_xp": 5000000,
                    "left_xp": 4816750,
                }
            ],
        },
    ),
}

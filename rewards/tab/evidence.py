"""What speaks against a sale, in the words that its collector and staff read."""

from collections.abc import Callable, Mapping
from typing import Any

from rewards.tab import figures

DAY_SECONDS = 86_400

REPORT = "If this one is honest, report it to our support: a person looks at it, and can clear it."


def sentences(signals: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A sentence for each signal, in the order in which they come."""
    return [SAY[signal](told) for signal, told in signals.items() if signal in SAY]


def _buyer_is_seller(_told: Mapping[str, Any]) -> str:
    return "Buyer and seller are the same collector."


def _back_and_forth(told: Mapping[str, Any]) -> str:
    within = _within(abs(told["seconds"]))
    if told["seconds"] <= 0:
        return f"Within {within} before, the buyer had sold the token to this seller."
    return f"The token went back to the seller within {within}."


def _bought_three_times(told: Mapping[str, Any]) -> str:
    said = []
    if told.get("bought"):
        said.append(f"its buyer bought it {figures.counted(told['bought'], 'time')}")
    if told.get("sold"):
        said.append(f"its seller sold it {figures.counted(told['sold'], 'time')}")
    text = " and ".join(said)
    return f"{text[0].upper()}{text[1:]} in the 30 days around this sale."


def _closed_cycle(told: Mapping[str, Any]) -> str:
    sales = figures.counted(told["sales"], "sale")
    return (
        f"The token came back to an earlier owner by {sales} within {_within(told['seconds'])}, at nearly "
        "the same price, so the money came back, too."
    )


def _within(seconds: int) -> str:
    """A span in whole days, rounded up: within 6 days."""
    return figures.days(max(-(-seconds // DAY_SECONDS), 1))


SAY: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "buyer_is_seller": _buyer_is_seller,
    "back_and_forth": _back_and_forth,
    "bought_three_times": _bought_three_times,
    "closed_cycle": _closed_cycle,
}

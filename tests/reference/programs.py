"""Random small programs of rules for hypothesis, with numbers that fit the few days of random markets."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.reference.markets import CUSTODY, START, WALLETS, Draw, instants
from tests.reference.xp import Rule, Span, Version
from tests.tables import address

LONG_AGO = START - timedelta(days=100)
EARNING = ["purchase", "purchase-too", "holding", "holding-too", "cohort"]

multipliers_bp = st.sampled_from([5_000, 10_000, 12_500, 13_333, 20_001])
rates_micro_xp = st.sampled_from([0, 333_333, 1_500_000, 77_000_000])
collections = st.one_of(
    st.just("all"),
    st.just(["apes", "cats"]),
    # Sorted, as the engine keeps them: two versions that name the same ones are one version.
    st.lists(st.sampled_from(["apes", "cats", "none"]), min_size=1, unique=True).map(sorted),
    st.builds(
        lambda count, buyers: {"top_volume": {"count": count, "minimum_buyers": buyers}},
        st.integers(1, 2),
        st.integers(1, 2),
    ),
)


@dataclass(frozen=True)
class Program:
    """Rules and the window of a shipment that pays all of them."""

    rules: list[Rule]
    window: Span


@st.composite
def curves(draw: Draw, *, fewest: int = 0) -> list[dict[str, int]]:
    """A curve over a few days."""
    days = draw(st.lists(st.integers(0, 5), min_size=fewest, max_size=3, unique=True))
    return [{"days": day, "bp": draw(multipliers_bp)} for day in sorted(days)]


@st.composite
def purchase_params(draw: Draw) -> dict[str, Any]:
    """The numbers of a purchase rule."""
    return {
        "micro_xp_per_purchase": draw(rates_micro_xp),
        "micro_xp_per_eth": draw(rates_micro_xp),
        "minimum_price_wei": draw(st.sampled_from([0, 3, 10**17])),
        "collections": draw(collections),
    }


@st.composite
def holding_params(draw: Draw) -> dict[str, Any]:
    """The numbers of a holding rule."""
    return {
        "micro_xp_per_token_day": draw(rates_micro_xp),
        "curve": draw(curves()),
        "minimum_days": draw(st.integers(0, 2)),
        "collections": draw(collections),
    }


@st.composite
def cohort_params(draw: Draw) -> dict[str, Any]:
    """The numbers of a cohort rule; some of its wallets may be unknown, or nobody's."""
    listed = st.sampled_from([*WALLETS, *CUSTODY, address("ghost")])
    return {
        "micro_xp": draw(rates_micro_xp),
        "wallets": draw(st.lists(listed, min_size=1, max_size=5, unique=True)),
    }


@st.composite
def boost_params(draw: Draw) -> dict[str, Any]:
    """The numbers of a boost."""
    return {
        "shape": draw(st.sampled_from(["steps", "linear"])),
        "mode": draw(st.sampled_from(["best_hold", "each_token"])),
        "curve": draw(curves(fewest=1)),
        "collections": draw(collections),
        "boosts": draw(st.lists(st.sampled_from(EARNING), max_size=2, unique=True)),
    }


KINDS = {
    "purchase": purchase_params(),
    "holding": holding_params(),
    "cohort": cohort_params(),
    "hold_boost": boost_params(),
}
SLUGS = {
    "purchase": "purchase",
    "purchase-too": "purchase",
    "holding": "holding",
    "holding-too": "holding",
    "cohort": "cohort",
    "boost": "hold_boost",
    "boost-too": "hold_boost",
}


@st.composite
def rules(draw: Draw, slug: str) -> Rule:
    """A rule with one version or two, from long ago or from some time in the market's days."""
    kind = SLUGS[slug]
    first = draw(KINDS[kind])
    # A cohort's list belongs to the rule in the engine, so a second version has the same.
    second = draw(KINDS[kind]) | ({"wallets": first["wallets"]} if kind == "cohort" else {})
    starts_at = draw(st.just(LONG_AGO) | instants)
    changes_at: datetime | None = draw(st.none() | instants)
    if changes_at is None or changes_at <= starts_at or second == first:
        return Rule(slug, kind, [Version(starts_at, None, first)])
    return Rule(slug, kind, [Version(starts_at, changes_at, first), Version(changes_at, None, second)])


@st.composite
def programs(draw: Draw, *, earning: bool = False) -> Program:
    """
    A program of a few rules and a shipment's window of one to five days.

    One that is ``earning`` pays for purchases and holding, in a window that most of a market falls into.
    """
    slugs = draw(st.lists(st.sampled_from(list(SLUGS)), min_size=1, max_size=4, unique=True))
    start = draw(instants)
    end = start + timedelta(hours=draw(st.sampled_from([24, 40, 96, 120])))
    if earning:
        slugs = list(dict.fromkeys(["purchase", "holding", *slugs[:2]]))
        start, end = START, START + timedelta(hours=80)
    return Program(rules=[draw(rules(slug)) for slug in slugs], window=(start, end))

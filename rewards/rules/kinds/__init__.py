"""The kinds of rules, by name."""

from rewards.rules.kinds import cohort, hold_boost, holding, purchase, resting
from rewards.rules.kinds.contract import Kind

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        purchase.KIND,
        holding.KIND,
        resting.LISTING,
        resting.BIDDING,
        cohort.KIND,
        hold_boost.KIND,
    )
}

# The kinds whose subjects have no length: each is paid once, whichever round's time it lies in.
AT_AN_INSTANT = [kind.name for kind in KINDS.values() if kind.at_an_instant]

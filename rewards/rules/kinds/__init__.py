"""The kinds of rules, by name."""

from rewards.rules.kinds import cohort, hold_boost, holding, purchase
from rewards.rules.kinds.contract import Kind

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (purchase.KIND, holding.KIND, cohort.KIND, hold_boost.KIND)
}

"""Where a hold stands on the curve of a rule: the step behind it, the next one, and the way between."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rewards.tab.figures import FULL_BP
from rewards.tab.rows import Hold, Params, RuleVersion

PERMILLE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A point of a curve: from so many days on, the multiplier."""

    days: int
    boost_bp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """
    A hold on a curve.

    ``following`` and ``following_at`` are empty at the top of the curve. ``permille`` is how much of
    the way from ``behind`` to ``following`` is done.
    """

    rule: RuleVersion
    boost_bp: int
    behind: Step
    following: Step | None
    following_at: datetime | None
    permille: int

    @property
    def percent(self) -> str:
        """The way done, as a length of an SVG: 37.5%."""
        return f"{self.permille // 10}.{self.permille % 10}%"


def steps_given(params: Params) -> list[Step]:
    """The points of a rule's curve."""
    return [Step(days=point["days"], boost_bp=point["bp"]) for point in params.get("curve", [])]


def steps(params: Params) -> list[Step]:
    """The points of a rule's curve, with the day 0 at which every curve starts."""
    points = steps_given(params)
    if not points or points[0].days > 0:
        points.insert(0, Step(days=0, boost_bp=FULL_BP))
    return points


def applies(rule: RuleVersion, *, hold: Hold) -> bool:
    """
    Whether a rule may look at a hold, by its collection.

    Which collections are the most traded is settled when a round's window starts; until then any may be.
    """
    collections = rule.params.get("collections", {"of": "all"})
    if collections["of"] == "verified":
        return hold.verified
    return collections["of"] != "named" or hold.token.collection in collections["slugs"]


def standing(rule: RuleVersion, *, hold: Hold) -> Standing:
    """Say where a hold stands on a rule's curve."""
    points = steps(rule.params)
    behind = max((point for point in points if point.days <= hold.hold_days), key=lambda point: point.days)
    following = next((point for point in points if point.days > hold.hold_days), None)
    if following is None:
        return Standing(
            rule=rule,
            boost_bp=behind.boost_bp,
            behind=behind,
            following=None,
            following_at=None,
            permille=PERMILLE,
        )
    done, way = hold.hold_days - behind.days, following.days - behind.days
    rise = following.boost_bp - behind.boost_bp
    # A linear curve rises between its points; before the first it is flat, as the engine computes it.
    linear = rule.params.get("shape") == "linear" and behind in steps_given(rule.params)
    return Standing(
        rule=rule,
        boost_bp=behind.boost_bp + (rise * done // way if linear else 0),
        behind=behind,
        following=following,
        following_at=hold.started_at + timedelta(days=following.days),
        permille=PERMILLE * done // way,
    )


def nearest(rules: Sequence[RuleVersion], *, hold: Hold) -> Standing | None:
    """The standing of a hold on the boost rule whose next step comes first; empty if no rule has a curve."""
    standings = [
        standing(rule, hold=hold) for rule in rules if rule.kind == "hold_boost" and applies(rule, hold=hold)
    ]
    growing = [found for found in standings if found.following_at is not None]
    if growing:
        return min(growing, key=lambda found: (found.following_at, found.rule.slug))
    return max(standings, key=lambda found: found.boost_bp, default=None)

"""The limits that a plan has to keep before anybody can approve it (P11), in sentences."""

from dataclasses import dataclass
from datetime import date

from config import db
from rewards.shipments.models import Shipment

SQL = db.folder()

# What is over each limit, as the beginning of a sentence, and what the limit is called.
WORDS = {
    "season.cap_xp_per_shipment": ("The round pays", "the season allows in one round"),
    "season.cap_xp_per_collector": ("{collector} gets", "the season allows a collector in one round"),
    "season.cap_xp_per_rule_day": ("{on}{rule} pays", "the season allows a rule{days}"),
    "rule.cap_xp": ("{rule} pays", "the rule allows in all"),
    "rule.cap_xp_per_collector": ("{rule} gives {collector}", "the rule allows a collector"),
    "rule.cap_xp_per_day": ("{on}{rule} gives {collector}", "the rule allows a collector on a day"),
    "rule.pot_xp": ("{rule} shares out", "there are in its pot"),
}


@dataclass(frozen=True, kw_only=True)
class Excess:
    """
    A limit that a plan breaks, at its worst place of ``places``.

    ``name`` is the limit's, after ``season.`` or ``rule.``. ``rule`` is a rule's title; it, ``collector`` and
    ``day`` are empty where the limit is not about one.
    """

    name: str
    rule: str | None
    collector: str | None
    day: date | None
    limit_xp: int
    amount_xp: int
    places: int

    @property
    def sentence(self) -> str:
        """Which limit, by how much, and whose award or which rule."""
        what, allowed = (
            part.format(
                rule=self.rule,
                collector=self.collector,
                on=f"On {self.day} " if self.day else "",
                days=" on a day" if self.day else " in so many days",
            )
            for part in WORDS[self.name]
        )
        others = f"; {self.places - 1:,} more are over it" if self.places > 1 else ""
        over = self.amount_xp - self.limit_xp
        return (
            f"{what} {self.amount_xp:,} XP, {over:,} more than the {self.limit_xp:,} that {allowed}{others}."
        )


def list_excesses(*, shipment: Shipment) -> list[Excess]:
    """The limits that a plan breaks, those of its season first; empty for a draft, and after approval."""
    if shipment.state != "planned":
        return []
    return [Excess(**row) for row in SQL["excesses"].rows({"shipment_id": shipment.id})]

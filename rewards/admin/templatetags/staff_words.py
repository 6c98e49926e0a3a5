"""What the admin's templates say that the tab has no words for."""

import json
from typing import Any

from django import template

from marketplace.inbox.models import Event
from rewards.farming import strategies
from rewards.staff.models import Change
from rewards.tab import figures
from rewards.tab.rows import Price

register = template.Library()

TABLES = {
    "adjustments_adjustment": "Correction",
    "adjustments_entry": "Entry of a correction",
    "appeals_appeal": "Appeal",
    "fairness_decision": "Decision about a sale",
    "flags_flag": "Flag",
    "flags_pause": "Pause",
    "registry_collection": "Collection",
    "rules_cohort": "Cohort",
    "rules_cohortmember": "Wallet on a list",
    "rules_rule": "Rule",
    "rules_ruleversion": "Version",
    "rules_season": "Season",
    "shipments_comment": "Comment",
    "series_series": "Series",
    "series_seriesrule": "Rule of a series",
    "series_skip": "Skip of window",
    "shipments_shipment": "Shipment",
    "staff_told": "Event told by staff",
    "webhooks_endpoint": "Webhook",
    "webhooks_secret": "Secret of a webhook",
}

# The columns that name a row to people, the best first; without any of them its key does.
KNOWN_BY = ("number", "title", "slug", "address", "key", "flag_id", "name")


@register.filter
def words(slug: str) -> str:
    """A name of ours in words: hold_boost is hold boost."""
    return slug.replace("_", " ")


@register.filter
def change(of: Change) -> str:
    """What happened to which row, by the name that people know it by: Version 3 was made."""
    row = of.after or of.before or {}
    # The title of a series has braces that each of its windows fills in.
    known_by = ("slug",) if of.table_name == "series_series" else KNOWN_BY
    name = next((row[column] for column in known_by if row.get(column)), of.row_key)
    what = f"{TABLES.get(of.table_name, of.table_name)} {name}"
    if of.before is None:
        return f"{what} was made"
    return f"{what} was removed" if of.after is None else f"{what} was changed"


@register.filter
def told(value: Any) -> str:
    """A value of a row as text; nothing as a dash."""
    if value is None or value == "":
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@register.filter
def signed(amount_xp: int) -> str:
    """A change of XP with its sign: +1,200 XP."""
    sign = "+" if amount_xp > 0 else "−" if amount_xp < 0 else "±"
    return f"{sign}{figures.xp(abs(amount_xp))}"


@register.filter
def event_price(event: Event) -> str:
    """The price of an event with all its digits; in base units where nobody said how many make one."""
    assert event.price is not None
    if event.decimals is None:
        return f"{int(event.price):,} base units of {event.currency}"
    return figures.exact_price(
        Price(amount=int(event.price), currency=str(event.currency), decimals=event.decimals)
    )


register.filter("eth", figures.eth)
register.filter("about_eth", strategies.about)


@register.filter
def counted_as(number: int, nouns: str) -> str:
    """A number with its noun, given in both forms: batch,batches."""
    return figures.counted(number, *nouns.split(","))


@register.filter
def share(part: int, whole: int) -> str:
    """A part of a whole in percent with one decimal, rounded down: 14.2; what is less than 0.1 says so."""
    tenths = part * 1_000 // whole if whole else 0
    return "under 0.1" if part and not tenths else figures.decimal(tenths, places=1)


@register.filter
def percent(part: int, whole: int) -> int:
    """A part of a whole in whole percent, rounded down; 0 of nothing."""
    return part * 100 // whole if whole else 0

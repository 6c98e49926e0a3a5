"""The tab's words, figures and pictures as template filters; what they say is decided elsewhere."""

from collections.abc import Mapping
from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from marketplace.registry import addresses
from rewards.appeals.queries import OwnAppeal
from rewards.tab import (
    appeals,
    boards,
    curves,
    figures,
    menu,
    names,
    offers,
    pauses,
    reasons,
    terms,
    tiles,
    words,
)
from rewards.tab.rows import Line, LineName, Pause

register = template.Library()

register.filter("own_pages", menu.own_pages)
register.filter("whole", figures.whole)
register.filter("xp", figures.xp)
register.filter("multiplier", figures.multiplier)
register.filter("exact_price", figures.exact_price)
register.filter("days", figures.days)
register.filter("instant", figures.instant)
register.filter("window", figures.window)
register.filter("counted", figures.counted)

register.filter("checksummed", addresses.checksummed)
register.filter("shortened", addresses.shortened)
register.filter("tile", tiles.tile)
register.filter("avatar", tiles.avatar)

register.filter("token_name", names.token_name)
register.filter("happened", words.happened)
register.filter("late", words.late)
register.filter("sum_of", words.sum_of)
register.filter("boosted_by", words.boosted_by)
register.filter("when", words.when)
register.filter("reason_title", reasons.title)
register.filter("why_nothing", reasons.why_nothing)
register.filter("boost", words.boost)
register.filter("reached", words.reached)
register.filter("days_to_go", words.days_to_go)
register.filter("appeal_standing", appeals.standing)
register.filter("appeal_correction", appeals.correction)
register.filter("order", offers.order)
register.filter("missing", offers.missing)
register.filter("against", offers.against)
register.filter("hourly", offers.hourly)
register.filter("order_standings", offers.standings)
register.filter("rule", terms.rule)
register.filter("rule_state", words.rule_state)
register.filter("pause_sentence", pauses.sentence)
register.filter("is_on", Pause.is_on)
register.filter("pause", words.pause)
register.filter("round_state", words.round_state)
register.filter("next_round", words.next_round)
register.filter("change", words.change)
register.filter("curve", curves.picture)
register.filter("signed", figures.signed_xp)
register.filter("due", words.due)
register.filter("follows_gap", boards.follows_gap)
register.filter("no_round_yet", words.no_round_yet)


@register.filter
def of_line(appeals: Mapping[LineName, OwnAppeal], line: Line) -> OwnAppeal | None:
    """The collector's latest report about a line; None without one."""
    return appeals.get(line.name) if line.name is not None else None


@register.simple_tag
def day(at: datetime) -> SafeString:
    """A UTC day, with the exact instant for machines and on hover."""
    told = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', told, figures.instant(at), figures.date(at)
    )


@register.simple_tag
def moment_of(at: datetime) -> SafeString:
    """A UTC minute, with the exact instant for machines and on hover."""
    told = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    minute = at.replace(second=0, microsecond=0)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', told, figures.instant(at), figures.moment(minute)
    )

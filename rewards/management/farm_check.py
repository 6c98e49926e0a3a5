"""``manage.py farm-check``: what 1,000 XP of each rule cost a farmer at least."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from rewards.farming import operations as farming
from rewards.farming.costs import Costs, Market
from rewards.farming.operations import Harvest, Verdict
from rewards.farming.rules import Tried, list_in_force, list_of_program
from rewards.farming.strategies import about, eth
from rewards.program.file import ProgramError, read
from rewards.rules.models import Season

WEI = 10**18

GAS = ("mint", "sale", "listing", "bid", "cancel")


def wei(text: str) -> int:
    """An amount of ETH of the command line, in wei."""
    try:
        amount = Decimal(text) * WEI
    except InvalidOperation:
        amount = Decimal("0.5")
    if amount != int(amount) or amount < 0:
        raise ArgumentTypeError(f"{text!r} is no amount of ETH, such as 0.05")
    return int(amount)


def percent(text: str) -> int:
    """A percentage of the command line, in basis points."""
    try:
        amount = Decimal(text) * 100
    except InvalidOperation:
        amount = Decimal("0.5")
    if amount != int(amount) or not 0 <= amount <= 10_000:
        raise ArgumentTypeError(f"{text!r} is no percentage, such as 2.5")
    return int(amount)


class Command(BaseCommand):
    """Reads the arguments, makes one call into the farm check, and prints what it found."""

    help = "Search, for each rule, the cheapest way to farm 1,000 XP, in fees that are really spent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--season", help="whose rules; if left out, those of every season")
        parser.add_argument("--program", type=Path, metavar="FILE", help="those of a program file instead")
        parser.add_argument("--rule", action="append", metavar="NAME", help="only this rule; may be repeated")
        costs, market = Costs(), Market()
        parser.add_argument(
            "--fee", type=percent, default=costs.fee_bp, help="of the market, in percent; 2.5"
        )
        parser.add_argument("--royalty", type=percent, default=costs.royalty_bp, help="in percent; 0")
        parser.add_argument(
            "--rebate", type=percent, default=costs.rebate_bp, help="of the fee, comes back; in percent; 0"
        )
        for name in GAS:
            default = getattr(costs, f"{name}_gas_wei")
            parser.add_argument(
                f"--{name}-gas", type=wei, default=default, metavar="ETH", help=f"of a {name}; {eth(default)}"
            )
        parser.add_argument("--floor", type=wei, default=market.floor_wei, metavar="ETH", help="0.1 ETH")
        parser.add_argument("--crowd", type=int, default=market.crowd, help="so many honest collectors; 10")
        parser.add_argument("--days", type=int, default=market.days, help="of a round at most; 30")
        parser.add_argument("--wallets", type=int, default=10, help="of a farmer who means it; 10")
        parser.add_argument(
            "--alarm", type=wei, metavar="ETH", help="what 1,000 XP must cost; the season's, if left out"
        )
        parser.add_argument(
            "--wash-threshold",
            type=int,
            metavar="N",
            help="from this score on a sale is a wash trade, 0 for none; the season's, if left out",
        )
        parser.add_argument("--seed", type=int, default=1, help="of the search around the best; 1")
        parser.add_argument("--json", action="store_true", help="print one JSON list")

    def handle(self, *_: Any, **options: Any) -> None:
        for name in ("crowd", "days", "wallets"):
            if options[name] < 1:
                raise CommandError(f"--{name} must be at least 1.")
        if (options["wash_threshold"] or 0) < 0:
            raise CommandError("--wash-threshold must be at least 0.")
        costs = Costs(
            fee_bp=options["fee"],
            royalty_bp=options["royalty"],
            rebate_bp=options["rebate"],
            **{f"{name}_gas_wei": options[f"{name}_gas"] for name in GAS},
        )
        market = Market(floor_wei=options["floor"], crowd=options["crowd"], days=options["days"])
        tried = _tried(options)
        console = Console(stderr=True)
        status = console.status("") if console.is_terminal else None
        if status:
            status.start()
        try:
            verdicts = farming.check(
                tried=tried,
                costs=costs,
                market=market,
                wallets=options["wallets"],
                seed=options["seed"],
                alarm_wei=options["alarm"],
                progress=status.update if status else None,
            )
        finally:
            if status:
                status.stop()
        if options["json"]:
            self.stdout.write(json.dumps([as_json(verdict) for verdict in verdicts]))
            return
        for line in describe(verdicts, costs=costs, market=market):
            self.stdout.write(line)


def _tried(options: dict[str, Any]) -> list[Tried]:
    """The rules that are asked for. Raises CommandError."""
    if options["program"]:
        try:
            found = list_of_program(program=read(options["program"]))
        except OSError as error:
            raise CommandError(f"{options['program']} cannot be read: {error.strerror}.") from error
        except ProgramError as error:
            mistakes = "\n".join(f"{options['program']}:{mistake}" for mistake in error.mistakes)
            raise CommandError(mistakes) from error
    else:
        seasons = Season.objects.order_by("starts_at", "slug")
        if options["season"]:
            seasons = seasons.filter(slug=options["season"])
        if not seasons:
            raise CommandError("There is no such season. manage.py program show lists them.")
        found = [one for season in seasons for one in list_in_force(season=season)]
    if options["rule"]:
        if missing := {*options["rule"]} - {one.slug for one in found}:
            raise CommandError(f"There is no rule called {min(missing)} here.")
        found = [one for one in found if one.slug in options["rule"]]
    if (threshold := options["wash_threshold"]) is not None:
        found = [replace(one, wash_threshold=threshold or None) for one in found]
    return found


def as_json(verdict: Verdict) -> dict[str, Any]:
    """What was found of a rule, for scripts; amounts are in wei, as text."""
    cheapest, reach = verdict.cheapest, verdict.reach
    return {
        "rule": verdict.tried.slug,
        "wash_threshold": verdict.tried.wash_threshold,
        "strategies": verdict.strategies,
        "cheapest": str(cheapest.strategy) if cheapest else None,
        "wei_per_1000_xp": str(cheapest.wei_per_1000_xp) if cheapest else None,
        "xp": cheapest.earned_xp if cheapest else 0,
        "fees_wei": str(cheapest.fees_wei) if cheapest else None,
        "capital_wei": str(cheapest.capital_wei) if cheapest else None,
        "days": cheapest.days if cheapest else None,
        "wallets": reach.wallets if reach else None,
        "xp_a_day": reach.xp_a_day if reach else 0,
        "bounds": [*verdict.bounds],
        "why_nothing": verdict.why,
        "alarm_wei_per_1000_xp": None if verdict.alarm_wei is None else str(verdict.alarm_wei),
        "is_too_cheap": verdict.is_too_cheap,
    }


def describe(verdicts: Sequence[Verdict], *, costs: Costs, market: Market) -> Iterator[str]:
    """What was found, for a person at a terminal."""
    rebate = f", of which {costs.rebate_bp / 100:g} % come back" if costs.rebate_bp else ""
    royalty = f", {costs.royalty_bp / 100:g} % royalty" if costs.royalty_bp else ""
    gas = ", ".join(f"a {name} {eth(getattr(costs, f'{name}_gas_wei'))}" for name in GAS)
    yield f"Fees: {costs.fee_bp / 100:g} % of a sale{rebate}{royalty}. Gas: {gas}."
    crowd = f"{market.crowd} honest collectors"
    yield f"Market: a floor of {eth(market.floor_wei)}, {crowd}."
    thresholds = {verdict.tried.wash_threshold for verdict in verdicts}
    for threshold in sorted(thresholds, key=lambda one: one or 0):
        of = [one.tried.slug for one in verdicts if one.tried.wash_threshold == threshold]
        whose = f" for {', '.join(of)}" if len(thresholds) > 1 else ""
        yield f"Wash trades: {in_words(threshold)}{whose}."
    for verdict in verdicts:
        yield ""
        yield from _describe(verdict)
    too_cheap = [verdict.tried.slug for verdict in verdicts if verdict.is_too_cheap]
    yield ""
    if too_cheap:
        yield f"Too cheap: {', '.join(too_cheap)}."
    elif not any(verdict.alarm_wei for verdict in verdicts):
        yield "No season says what 1,000 XP must cost: farm_alarm_eth_per_1000_xp in its program, or --alarm."
    else:
        yield "None is cheaper to farm than its season allows."


def in_words(threshold: int | None) -> str:
    """What happens to wash trades."""
    if threshold is None:
        return "no season's wash_threshold keeps them from earning"
    return f"a sale with a score of {threshold} or more earns nothing"


def _describe(verdict: Verdict) -> Iterator[str]:
    yield f"{verdict.tried.slug}: {verdict.tried.title} ({verdict.tried.kind.replace('_', ' ')})"
    cheapest, reach = verdict.cheapest, verdict.reach
    if cheapest is None or reach is None:
        yield f"  {verdict.why}"
        return
    yield f"  cheapest   {cheapest.strategy}"
    yield f"  1,000 XP   {price(cheapest)}"
    boosted = f", boosted ×{cheapest.boost_bp / 10_000:g}" if cheapest.boost_bp != 10_000 else ""
    costs = f"{eth(cheapest.fees_wei)} of fees and {eth(cheapest.capital_wei)} that come back"
    days = f"{cheapest.days} day{'s' if cheapest.days > 1 else ''}"
    yield f"  a round    {cheapest.earned_xp:,} XP in {days}{boosted}, for {costs}"
    yield f"  at scale   {reach.xp_a_day:,} XP a day with {reach.wallets} wallets"
    for bound in verdict.bounds:
        yield f"  bound by   {bound}"
    if verdict.is_too_cheap and verdict.alarm_wei is not None:
        yield f"  WARNING    cheaper than the {eth(verdict.alarm_wei)} that 1,000 XP have to cost"


def price(harvest: Harvest) -> str:
    """What 1,000 XP cost, in words."""
    if not harvest.fees_wei:
        return "no fees at all, only patience and capital"
    return f"{about(harvest.wei_per_1000_xp)} in fees"

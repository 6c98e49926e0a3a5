"""
What a later round pays for the time of an earlier one, from docs/explanation/shipments.md alone.

Nothing here imports the engine, so that the two can be held against each other.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tests.reference.facts import Facts
from tests.reference.xp import Line, Rule, Span, Thing, plan, top_collections


@dataclass(frozen=True)
class LateLine:
    """A line as it would be by now, what was counted for it before, and what is paid of it late."""

    line: Line
    earlier: int
    xp: int
    reason: str


def frozen(rules: Iterable[Rule], facts: Facts, window: Span) -> list[Rule]:
    """Rules with the collections of the most volume by name, as they were when a round was planned."""
    return [
        replace(
            rule,
            versions=[
                replace(version, params={**version.params, "collections": named})
                if (named := top(version.params.get("collections"), facts, window)) is not None
                else version
                for version in rule.versions
            ],
        )
        for rule in rules
    ]


def top(chosen: object, facts: Facts, window: Span) -> list[str] | None:
    """The slugs that a choice by volume means; None for another choice."""
    if isinstance(chosen, dict):
        return top_collections(facts, window[0], **chosen["top_volume"])
    return None


def late_lines(paid: list[Line], facts: Facts, rules: list[Rule], window: Span) -> list[LateLine]:
    """The lines of a round once more, by all that is known now, against those that were paid."""
    known = [line for line in plan(facts, rules, window).lines if kind_of(line, rules) != "cohort"]
    found = []
    for thing, lines in things(known, rules).items():
        counted = sum(line.xp for line in paid if thing_of(line, rules) == thing)
        left = max(sum(line.xp for line in lines) - counted, 0)
        # Which of several lines of one thing the difference is paid to is the engine's to choose.
        for line in sorted(lines, key=repr):
            same = [one for one in paid if key_of(one, rules) == key_of(line, rules)]
            due = min(left, max(line.xp - sum(one.xp for one in same), 0))
            left -= due
            if due or not same:
                found.append(LateLine(line, line.xp - due, due, reason_of(line, due)))
    return found


def reason_of(line: Line, due: int) -> str:
    """Why a late line pays, or does not."""
    if due:
        return "earned"
    return "already_paid" if line.xp else line.reason


def things(lines: Iterable[Line], rules: list[Rule]) -> dict[Thing, list[Line]]:
    """Lines by what differences are taken by."""
    found = defaultdict(list)
    for line in lines:
        found[thing_of(line, rules)].append(line)
    return found


def thing_of(line: Line, rules: list[Rule]) -> Thing:
    """A sale is one thing whichever version it falls under; a token's time is one for each version."""
    if kind_of(line, rules) == "purchase":
        return (line.rule, line.collector, line.thing)
    return (line.rule, line.version, line.collector, line.thing)


def key_of(line: Line, rules: list[Rule]) -> Thing:
    """What makes a line the same one when more is known."""
    if kind_of(line, rules) == "purchase":
        return (line.rule, line.collector, line.thing)
    return (line.rule, line.version, line.collector, line.subject)


def kind_of(line: Line, rules: list[Rule]) -> str:
    """The kind of a line's rule."""
    return next(rule.kind for rule in rules if rule.slug == line.rule)

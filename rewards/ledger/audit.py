"""Looks for broken promises of the ledger, from its rows alone and without trust in its guards."""

import re
from dataclasses import dataclass
from typing import Any

from config.db import folder
from rewards.ledger.models import Account, Transfer

SQL = folder()

FUNCTION = re.compile(r"CREATE FUNCTION (\w+)\(\)(.*?)AS \$function\$(.*?)\$function\$;", re.DOTALL)
SETTING = re.compile(r"^SET (\w+) = (.+)$", re.MULTILINE)
TRIGGER = re.compile(r"(CREATE TRIGGER (\w+)\s.*?);", re.DOTALL)
CONSTRAINT = re.compile(r"ADD CONSTRAINT (\w+)")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A promise that a row breaks: the promise's name, the row, and what is wrong in a sentence."""

    promise: str
    row: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Check:
    """A statement that returns the rows that break a promise, and how each is told."""

    statement: str
    promise: str
    row: str
    sentence: str

    def findings(self) -> list[Finding]:
        """What the check finds now."""
        rows = SQL[self.statement].rows(GUARDS.get(self.statement))
        return [
            Finding(promise=self.promise, row=self.row.format(**row), sentence=self.sentence.format(**row))
            for row in rows
        ]


CHECKS = [
    Check(
        statement="audit_balances",
        promise="P10",
        row="ledger_account {id}",
        sentence="The account of {kind} {holder_id} says {balance_xp:,} XP, but its transfers make "
        "{sum_xp:,} XP.",
    ),
    Check(
        statement="audit_payloads",
        promise="P10",
        row="ledger_transfer {id}",
        sentence="The transfer {key} does not say what it said when it was posted.",
    ),
    Check(
        statement="audit_missing_accounts",
        promise="P10",
        row="ledger_transfer {id}",
        sentence="The transfer {key} names account {account_id}, which does not exist.",
    ),
    Check(
        statement="audit_conservation",
        promise="P10",
        row="ledger_account",
        sentence="All balances together are {sum_xp:,} XP instead of zero.",
    ),
    Check(
        statement="audit_negative_balances",
        promise="P11",
        row="ledger_account {id}",
        sentence="The account of {kind} {holder_id} is below zero: {balance_xp:,} XP.",
    ),
    Check(
        statement="audit_issuance",
        promise="P11",
        row="ledger_transfer {id}",
        sentence="The transfer {key} issued {amount_xp:,} XP to {kind} {holder_id}, not to a season.",
    ),
    Check(
        statement="audit_triggers",
        promise="P10",
        row="trigger {name}",
        sentence="The guard {name} {state}.",
    ),
    Check(
        statement="audit_functions",
        promise="P10",
        row="function {name}",
        sentence="The guard {name} {state}.",
    ),
    Check(
        statement="audit_constraints",
        promise="P10",
        row="constraint {name}",
        sentence="The constraint {name} is missing, or was never checked against the rows there are.",
    ),
    Check(
        statement="audit_privileges",
        promise="P10",
        row="role {role} on {table_name}",
        sentence="The role {role} may do more than read and add: {privileges} on {table_name}.",
    ),
]


def _expected_guards() -> dict[str, dict[str, Any]]:
    """What the guards must be, read from the file that made them, as parameters by statement."""
    guards = SQL["0002_guards"].text + ";"
    functions = [
        (name, body, "; ".join("=".join(setting) for setting in SETTING.findall(head)), "DEFINER" in head)
        for name, head, body in FUNCTION.findall(guards)
    ]
    triggers = {name: " ".join(definition.split()) for definition, name in TRIGGER.findall(guards)}
    constraints = [
        constraint.name
        for model in (Account, Transfer)
        for constraint in model._meta.constraints  # noqa: SLF001 (Django documents Options)
    ]
    return {
        "audit_functions": {
            "names": [name for name, _, _, _ in functions],
            "bodies": [body for _, body, _, _ in functions],
            "settings": [settings or None for _, _, settings, _ in functions],
            "definers": [is_definer for _, _, _, is_definer in functions],
        },
        "audit_triggers": {"names": list(triggers), "definitions": list(triggers.values())},
        "audit_constraints": {"names": constraints + CONSTRAINT.findall(guards)},
    }


GUARDS = _expected_guards()

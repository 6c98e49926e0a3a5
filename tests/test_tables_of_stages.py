"""
Which tables each stage's SQL writes and reads: its own are written, and only what lies upstream is read.

A statement that looks at another table than before fails here until the table below says so, so that nobody
turns the flow around by accident. What Python asks of the models is watched by the import contracts.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tables import Table, table

STAGES = {
    "inbox": "marketplace/inbox",
    "registry": "marketplace/registry",
    "facts": "marketplace/facts",
    "webhooks": "rewards/webhooks",
    "ledger": "rewards/ledger",
    "hints": "rewards/hints",
    "flags": "rewards/flags",
    "fairness": "rewards/fairness",
    "identity": "rewards/identity",
    "rules": "rewards/rules",
    "shipments": "rewards/shipments",
    "adjustments": "rewards/adjustments",
    "appeals": "rewards/appeals",
    "standings": "rewards/standings",
    "status": "rewards/status",
    "whatif": "rewards/whatif",
    "farming": "rewards/farming",
    "notices": "rewards/notices",
    "tab": "rewards/tab",
    "api": "rewards/api",
}

# Facts are the first to meet a name, so they give it its row in the registry, and they note in the inbox
# which batches they have taken in. Staged is a temporary table.
EXPECTED = table("""
    stage     | does   | table
    inbox     | writes | inbox_batch
    inbox     | writes | inbox_event
    inbox     | writes | inbox_staged
    inbox     | reads  | inbox_batch
    inbox     | reads  | inbox_event
    inbox     | reads  | inbox_staged
    facts     | writes | facts_change
    facts     | writes | facts_hold
    facts     | writes | facts_order
    facts     | writes | facts_retold
    facts     | writes | facts_sale
    facts     | writes | facts_volumeday
    facts     | writes | inbox_batch
    facts     | writes | registry_collection
    facts     | writes | registry_wallet
    facts     | reads  | facts_hold
    facts     | reads  | facts_order
    facts     | reads  | facts_retold
    facts     | reads  | facts_sale
    facts     | reads  | facts_volumeday
    facts     | reads  | inbox_batch
    facts     | reads  | inbox_event
    facts     | reads  | registry_collection
    facts     | reads  | registry_wallet
    webhooks  | writes | webhooks_delivery
    webhooks  | writes | webhooks_endpoint
    webhooks  | writes | webhooks_message
    webhooks  | reads  | webhooks_delivery
    webhooks  | reads  | webhooks_endpoint
    webhooks  | reads  | webhooks_message
    ledger    | writes | ledger_account
    ledger    | writes | ledger_transfer
    ledger    | reads  | ledger_account
    ledger    | reads  | ledger_transfer
    hints     | writes | hints_hint
    flags     | reads  | flags_flag
    fairness  | writes | fairness_signal
    fairness  | reads  | facts_hold
    fairness  | reads  | facts_sale
    fairness  | reads  | fairness_decision
    fairness  | reads  | fairness_signal
    fairness  | reads  | inbox_event
    fairness  | reads  | registry_collection
    fairness  | reads  | registry_wallet
    identity  | writes | identity_challenge
    identity  | writes | identity_move
    identity  | reads  | identity_move
    identity  | reads  | identity_pagechoice
    identity  | reads  | identity_signin
    identity  | reads  | ledger_account
    identity  | reads  | ledger_transfer
    identity  | reads  | registry_link
    identity  | reads  | registry_wallet
    rules     | reads  | facts_hold
    rules     | reads  | facts_order
    rules     | reads  | facts_sale
    rules     | reads  | inbox_event
    rules     | reads  | registry_collection
    rules     | reads  | registry_wallet
    rules     | reads  | rules_cohort
    rules     | reads  | rules_cohortmember
    rules     | reads  | rules_rule
    rules     | reads  | rules_ruleversion
    shipments | writes | shipments_award
    shipments | writes | shipments_batch
    shipments | writes | shipments_boost
    shipments | writes | shipments_line
    shipments | writes | shipments_shipment
    shipments | reads  | facts_change
    shipments | reads  | facts_hold
    shipments | reads  | facts_order
    shipments | reads  | facts_sale
    shipments | reads  | inbox_event
    shipments | reads  | ledger_account
    shipments | reads  | ledger_transfer
    shipments | reads  | registry_link
    shipments | reads  | registry_wallet
    shipments | reads  | rules_cohort
    shipments | reads  | rules_cohortmember
    shipments | reads  | rules_rule
    shipments | reads  | rules_ruleversion
    shipments | reads  | rules_season
    shipments | reads  | shipments_award
    shipments | reads  | shipments_batch
    shipments | reads  | shipments_boost
    shipments | reads  | shipments_line
    shipments | reads  | shipments_shipment
    shipments | reads  | shipments_shipmentrule
    adjustments | writes | adjustments_entry
    adjustments | reads  | adjustments_adjustment
    adjustments | reads  | adjustments_entry
    adjustments | reads  | ledger_account
    adjustments | reads  | ledger_transfer
    adjustments | reads  | registry_wallet
    adjustments | reads  | rules_season
    adjustments | reads  | shipments_award
    adjustments | reads  | shipments_shipment
    appeals   | reads  | adjustments_adjustment
    appeals   | reads  | appeals_appeal
    appeals   | reads  | registry_wallet
    appeals   | reads  | shipments_line
    appeals   | reads  | shipments_shipment
    notices   | writes | notices_notice
    notices   | writes | notices_recipient
    notices   | reads  | shipments_shipment
    standings | writes | standings_snapshot
    standings | writes | standings_standing
    standings | reads  | identity_pagechoice
    standings | reads  | ledger_account
    standings | reads  | ledger_transfer
    standings | reads  | registry_link
    standings | reads  | registry_wallet
    standings | reads  | standings_optout
    standings | reads  | standings_snapshot
    standings | reads  | standings_standing
    status    | reads  | inbox_batch
    status    | reads  | inbox_event
    status    | reads  | ledger_account
    status    | reads  | rules_season
    whatif    | reads  | registry_wallet
    whatif    | reads  | rules_rule
    whatif    | reads  | rules_ruleversion
    whatif    | reads  | shipments_award
    whatif    | reads  | shipments_line
    farming   | reads  | inbox_event
    farming   | reads  | registry_wallet
    farming   | reads  | shipments_line
    tab       | reads  | facts_hold
    tab       | reads  | facts_order
    tab       | reads  | fairness_signal
    tab       | reads  | flags_flag
    tab       | reads  | flags_pause
    tab       | reads  | identity_pagechoice
    tab       | reads  | inbox_batch
    tab       | reads  | inbox_event
    tab       | reads  | ledger_account
    tab       | reads  | ledger_transfer
    tab       | reads  | registry_collection
    tab       | reads  | registry_link
    tab       | reads  | registry_wallet
    tab       | reads  | rules_rule
    tab       | reads  | rules_ruleversion
    tab       | reads  | rules_season
    tab       | reads  | shipments_award
    tab       | reads  | shipments_boost
    tab       | reads  | shipments_line
    tab       | reads  | shipments_shipment
    tab       | reads  | standings_optout
    tab       | reads  | tab_opening
    api       | reads  | adjustments_adjustment
    api       | reads  | appeals_appeal
    api       | reads  | facts_hold
    api       | reads  | facts_order
    api       | reads  | inbox_event
    api       | reads  | ledger_account
    api       | reads  | ledger_transfer
    api       | reads  | registry_collection
    api       | reads  | registry_link
    api       | reads  | registry_wallet
    api       | reads  | rules_season
    api       | reads  | shipments_award
    api       | reads  | shipments_line
    api       | reads  | shipments_shipment
    api       | reads  | standings_snapshot
    api       | reads  | standings_standing
""")

TABLE = rf"(?:ONLY\s+)?(?:public\.)?((?:{'|'.join(STAGES)})_\w+)\b"
WRITE = r"INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE|COPY|CREATE\s+TEMPORARY\s+TABLE"
WRITES = re.compile(rf"\b(?:{WRITE})\s+{TABLE}", re.IGNORECASE)
READS = re.compile(rf"(?:\b(?:FROM|JOIN|USING)|,)\s+{TABLE}", re.IGNORECASE)
# Functions of ours, which stand where a column does.
CALLS = "api_instant|ledger_payload_hash|shipments_list_excesses|adjustments_list_problems"
CALL = re.compile(rf"\b(?:{CALLS})\b", re.IGNORECASE)


def statements(stage: str) -> Iterator[str]:
    """The text of each statement of a stage, without comments. Migrations' SQL has tests of its own."""
    for path in sorted(Path(STAGES[stage]).rglob("sql/*.sql")):
        if not re.match(r"\d{4}_", path.name):
            yield re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8"))


def uses(text: str) -> set[tuple[str, str]]:
    """What a statement does with which table."""
    written = {("writes", match[1].lower()) for match in WRITES.finditer(text)}
    rest = CALL.sub("", WRITES.sub(" ", text))
    return written | {("reads", match[1].lower()) for match in READS.finditer(rest)}


class TestUses:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("SELECT * FROM facts_hold AS hold", {("reads", "facts_hold")}),
            ("SELECT FROM a LEFT JOIN public.inbox_event ON TRUE", {("reads", "inbox_event")}),
            ("SELECT FROM facts_hold, rules_rule", {("reads", "facts_hold"), ("reads", "rules_rule")}),
            ("INSERT INTO facts_sale (at) SELECT 1", {("writes", "facts_sale")}),
            ("UPDATE inbox_batch SET a = 1", {("writes", "inbox_batch")}),
            (
                "DELETE FROM facts_hold USING facts_sale",
                {("writes", "facts_hold"), ("reads", "facts_sale")},
            ),
        ],
    )
    def test_tells_writing_from_reading(self, text: str, expected: set[tuple[str, str]]) -> None:
        assert uses(text) == expected


class TestStages:
    def test_write_and_read_these_tables(self) -> None:
        found = [
            {"stage": stage, "does": does, "table": name}
            for stage in STAGES
            for does, name in sorted(set().union(*map(uses, statements(stage))))
        ]
        assert Table(["stage", "does", "table"], found) == EXPECTED

    def test_no_stage_is_read_that_lies_downstream(self) -> None:
        # The ledger knows accounts only: neither the market nor the rules lie above it.
        order = list(STAGES)
        for row in EXPECTED:
            owner = row["table"].split("_")[0]
            assert order.index(owner) <= order.index(row["stage"]), row
            assert row["stage"] != "ledger" or owner == "ledger", row

    def test_each_has_statements_but_the_registry(self) -> None:
        assert [stage for stage in STAGES if not list(statements(stage))] == ["registry"]

"""The kinds of messages that an endpoint can ask for."""

from typing import Final

KINDS: Final = {
    "round.shipped": "a round is shipped: every award of it is in the ledger",
    "award.posted": "a collector's award of a round is in the ledger; one message each",
    "flag.paused": "a flag was paused, from now or from a time to come",
    "flag.resumed": "a pause got its end, or was called off before it began",
    "appeal.answered": "staff answered what a collector reported",
}

# Sent to one endpoint because somebody asked for it; nobody subscribes to it.
TEST: Final = "webhook.test"

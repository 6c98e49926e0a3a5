"""Which rounds lie sealed on their collector's page."""

from collections.abc import Sequence
from itertools import takewhile

from rewards.tab.rows import Round


def sealed(rounds: Sequence[Round]) -> list[Round]:
    """
    Of rounds, newest first, those that have come since the collector last opened one, newest first.

    Who never opened any finds only the newest one sealed, so that a first visit is not a pile of work. What
    is still on its way, or brought no XP, is never sealed.
    """
    waiting = list(takewhile(lambda received: received.opened_at is None, rounds))
    came = [received for received in waiting if received.award_xp and received.posted_at is not None]
    return came if len(waiting) < len(rounds) else came[:1]

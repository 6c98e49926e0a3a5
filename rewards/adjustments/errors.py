"""What can be wrong with a correction, in sentences for the person who asked."""


class AdjustmentError(Exception):
    """Something about a correction that cannot be done; nothing was changed."""


class UnknownAdjustment(AdjustmentError):
    """There is no correction with that number."""

    def __init__(self, adjustment_id: int) -> None:
        super().__init__(f"There is no correction with the number {adjustment_id}.")


class AdjustmentRefused(AdjustmentError):
    """The approval does not fit what was written, what the ledger has, or who gives it."""

"""What can be wrong with a post, each with a sentence for the person who caused it."""


class LedgerError(Exception):
    """A post was refused as a whole; nothing of it was written."""


class LedgerMismatch(LedgerError):
    """A key was posted before with another payload, or is named twice in one post."""


class InsufficientXp(LedgerError):
    """An account other than issuance would have gone below zero."""

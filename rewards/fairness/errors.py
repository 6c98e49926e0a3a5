"""What can be wrong with a decision about a sale, in sentences for the person who made it."""


class FairnessError(Exception):
    """A decision that cannot be; nothing was changed."""

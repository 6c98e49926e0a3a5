"""What a person or a sender did wrong, as a sentence for them."""


class SenderError(Exception):
    """What was asked of the list of senders cannot be done."""


class Malformed(Exception):
    """A body is not what it must be, so that none of it was taken in."""


class TooManyItems(Malformed):
    """A body has more items than one batch may have."""


class OtherBody(Exception):
    """A message came before with another body."""

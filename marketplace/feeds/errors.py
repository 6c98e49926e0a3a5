"""What keeps a feed from being read, as a sentence for whoever runs it."""


class FeedError(Exception):
    """A feed cannot be read; what was read before is kept."""


class FeedRefused(FeedError):
    """The other side says no, and will say so again until a person changes something."""

"""What can be wrong with an appeal, in sentences for the person who asked."""


class AppealError(Exception):
    """Something about an appeal that cannot be done; nothing was changed."""


class AppealRefused(AppealError):
    """A line cannot be appealed now."""


class UnknownAppeal(AppealError):
    """There is no such appeal, or no such line of this collector."""

"""What can be wrong with a pause, in sentences for the person who asked."""


class FlagError(Exception):
    """A pause that cannot be; nothing was changed."""


class UnknownFlag(FlagError):
    """There is no flag by that name."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"There is no flag called {slug}.")

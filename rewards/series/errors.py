"""What can be wrong with a series, in sentences for the person who asked."""


class SeriesError(Exception):
    """Something about a series that cannot be; nothing was changed. ``field`` is what it is about, if any."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class UnknownSeries(SeriesError):
    """There is no series by that name."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"There is no series called {slug}.")

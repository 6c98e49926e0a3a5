"""What can be wrong with what staff ask for, in sentences for the person who asked."""


class StaffError(Exception):
    """Something that cannot be done; nothing was changed. ``field`` is the one to look at, if it is one."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field

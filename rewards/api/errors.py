"""What can be wrong with a key that somebody asks for, in sentences."""


class ApiKeyError(Exception):
    """A key that cannot be made or revoked; nothing was changed."""

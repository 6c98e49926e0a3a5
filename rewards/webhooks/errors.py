"""What can be wrong with an endpoint, in sentences for the person who keeps it."""


class WebhookError(Exception):
    """Something that cannot be; nothing was changed."""


class Forbidden(WebhookError):
    """An address that nothing is sent to."""

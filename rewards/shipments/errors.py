"""What can be wrong with a shipment, in sentences for the person who asked."""


class ShipmentError(Exception):
    """Something about a shipment that cannot be done; nothing was changed."""


class UnknownShipment(ShipmentError):
    """There is no shipment by that name."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"There is no shipment called {slug}.")


class FieldRefused(ShipmentError):
    """What was typed into one field of a shipment cannot be; the sentence is about that field."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class PlanFailed(ShipmentError):
    """The plan could not be made; the shipment is as it was."""


class ApprovalRefused(ShipmentError):
    """The approval does not fit what was planned, or who gives it."""


class PostFailed(ShipmentError):
    """A batch could not be posted; nothing of it was."""

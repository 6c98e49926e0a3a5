"""Webhooks: announced once, delivered at least once, to addresses that may be sent to."""

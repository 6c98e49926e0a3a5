"""The outbox: which hints were sent lately, so that a long queue is not flooded with the same one."""

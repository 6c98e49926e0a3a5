"""What Kombu lacks for Redis: a worker whose acknowledgement got lost takes messages all the same."""

from kombu.transport import redis, virtual


class QoS(redis.QoS):
    """
    The messages that a worker has taken and not acknowledged; it may have so many and then takes no more.

    Kombu's own goes on counting one whose acknowledgement did not come through, since the network to Redis
    was lost, and Celery only logs that. So with each of them a worker takes one less, until it takes none and
    reads from no connection any more that it could find dead. Here it is counted no longer. Redis gives
    the message out again in a quarter of an hour, and whoever gets it finds the work done.
    """

    def ack(self, delivery_tag: str) -> None:
        """Acknowledge; a message that cannot be is one of somebody else's, later."""
        try:
            super().ack(delivery_tag)
        finally:
            virtual.QoS.ack(self, delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:  # noqa: FBT001, FBT002 (Kombu's own)
        """Give a message back, or away; the same holds."""
        try:
            super().reject(delivery_tag, requeue=requeue)
        finally:
            virtual.QoS.ack(self, delivery_tag)


def use() -> None:
    """Have every channel to Redis count so, with TLS and sentinels too; Kombu has no setting for it."""
    redis.Channel.QoS = QoS

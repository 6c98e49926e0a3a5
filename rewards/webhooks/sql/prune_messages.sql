-- What was announced long ago and nobody was to be told of.
DELETE FROM webhooks_message AS message
WHERE
    message.announced_at < %(before)s
    AND NOT EXISTS (
        SELECT 1
        FROM webhooks_delivery AS delivery
        WHERE delivery.message_id = message.id
    )

-- What was delivered or given up long ago.
DELETE FROM webhooks_delivery AS delivery
USING webhooks_message AS message
WHERE
    delivery.message_id = message.id
    AND delivery.state <> 'pending'
    AND message.announced_at < %(before)s

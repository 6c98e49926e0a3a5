-- The endpoints for which something is due and that no worker is at, noted as being looked at for a lease.
UPDATE webhooks_endpoint
SET quiet_until = %(leased_until)s
WHERE
    id IN (
        SELECT endpoint.id
        FROM webhooks_endpoint AS endpoint
        WHERE
            endpoint.state = 'on'
            AND endpoint.quiet_until <= %(as_of)s
            AND EXISTS (
                SELECT 1
                FROM webhooks_delivery AS delivery
                WHERE
                    delivery.endpoint_id = endpoint.id
                    AND delivery.state = 'pending'
                    AND delivery.next_at <= %(as_of)s
            )
        FOR UPDATE OF endpoint SKIP LOCKED
    )
RETURNING id

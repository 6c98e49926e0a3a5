-- What the sweeper has to look into at an instant: one statement, since most of the time it is nothing.
SELECT
    LEAST(
        (
            SELECT MIN(batch.received_at)
            FROM inbox_batch AS batch
            WHERE batch.settled_at IS NULL
        ),
        (
            SELECT MIN(COALESCE(link.ended_at, link.linked_at))
            FROM registry_link AS link
            WHERE link.settled_at IS NULL OR (link.ended_at IS NOT NULL AND link.end_settled_at IS NULL)
        )
    ) AS events_since,
    -- A round that was planned before a link has paid the wallet that was joined.
    EXISTS(
        SELECT 1
        FROM registry_link AS link
        INNER JOIN ledger_account AS account
            ON account.kind = 'collector' AND link.wallet_id = account.holder_id
        WHERE link.ended_at IS NULL AND account.balance_xp > 0
    ) AS joined_xp,
    (
        EXISTS (
            SELECT 1
            FROM identity_challenge AS challenge
            WHERE challenge.expires_at < %(as_of)s - %(kept)s
        )
        OR EXISTS (
            SELECT 1
            FROM identity_signin AS sign_in
            WHERE sign_in.expires_at < %(as_of)s - %(kept)s
        )
    ) AS old_sign_ins,
    (
        SELECT COUNT(*)
        FROM series_series AS series
        WHERE
            series.state = 'on'
            AND series.next_due_at <= %(as_of)s
            AND (series.retry_at IS NULL OR series.retry_at <= %(as_of)s)
    ) AS series_due,
    (
        SELECT COUNT(*)
        FROM shipments_shipment AS waiting
        LEFT JOIN notices_notice AS told
            ON
                waiting.id = told.shipment_id
                AND told.key = 'approve:' || waiting.slug || ':' || LEFT(waiting.plan_digest, 12)
        LEFT JOIN notices_notice AS told_late
            ON
                told_late.key
                = 'overdue:' || waiting.slug || ':'
                || TO_CHAR(waiting.approve_by AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')
        WHERE
            (
                waiting.state = 'planned'
                AND waiting.plan_due_at IS NULL
                AND waiting.problem = ''
                AND told.id IS NULL
            )
            OR (
                waiting.state IN ('draft', 'planned')
                AND waiting.approve_by <= %(as_of)s
                AND told_late.id IS NULL
            )
    ) AS untold,
    (
        SELECT MIN(recipient.mail_due_at)
        FROM notices_recipient AS recipient
        WHERE recipient.mail_due_at <= %(as_of)s
    ) AS mail_since,
    EXISTS(
        SELECT 1
        FROM webhooks_endpoint AS endpoint
        INNER JOIN webhooks_delivery AS delivery ON endpoint.id = delivery.endpoint_id
        WHERE
            endpoint.state = 'on'
            AND endpoint.quiet_until <= %(as_of)s
            AND delivery.state = 'pending'
            AND delivery.next_at <= %(as_of)s
    ) AS webhooks,
    EXISTS(
        SELECT 1
        FROM webhooks_delivery AS delivery
        WHERE delivery.state <> 'pending' AND delivery.next_at < %(webhooks_kept_since)s
    ) AS old_webhooks,
    COALESCE(
        BOOL_OR(
            shipment.state = 'approved'
            AND shipment.ships_at <= %(as_of)s
            AND (shipment.approve_by IS NULL OR shipment.approved_at < shipment.approve_by)
        ),
        FALSE
    ) AS starts,
    -- Places are counted anew when XP has moved since, and once more after that, for a transfer that was
    -- committed late under a lower number: every few minutes, and at once when a round has gone out.
    COALESCE(
        (
            SELECT
                (
                    NOT snapshot.is_settled
                    OR snapshot.last_transfer_id
                    < (SELECT MAX(transfer.id) FROM ledger_transfer AS transfer)
                )
                AND (
                    snapshot.taken_at <= %(as_of)s - %(standings_every)s
                    OR EXISTS (
                        SELECT 1
                        FROM shipments_shipment AS gone
                        WHERE gone.shipped_at > snapshot.taken_at AND gone.shipped_at <= %(as_of)s
                    )
                )
            FROM standings_snapshot AS snapshot
            ORDER BY snapshot.id DESC
            LIMIT 1
        ),
        EXISTS (
            SELECT 1
            FROM ledger_account AS account
            WHERE account.kind = 'collector'
        )
    ) AS standings,
    COALESCE(BOOL_OR(shipment.state = 'shipping'), FALSE) AS shipping,
    COALESCE(
        BOOL_OR(shipment.state IN ('draft', 'planned') AND shipment.plan_due_at <= %(as_of)s), FALSE
    ) AS plans
FROM shipments_shipment AS shipment
WHERE shipment.state IN ('draft', 'planned', 'approved', 'shipping')

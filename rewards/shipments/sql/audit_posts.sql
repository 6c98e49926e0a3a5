-- Awards of batches that are done without their transfer, and transfers of awards that were not planned.
WITH due AS (
    SELECT
        award.shipment_id,
        award.collector_id,
        award.amount_xp
    FROM shipments_batch AS batch
    INNER JOIN shipments_award AS award
        ON
            batch.shipment_id = award.shipment_id
            AND award.collector_id BETWEEN batch.first_collector_id AND batch.last_collector_id
    WHERE batch.state = 'done'
),

posted AS (
    SELECT
        transfer.shipment_id,
        account.holder_id AS collector_id,
        SUM(transfer.amount_xp)::BIGINT AS amount_xp
    FROM ledger_transfer AS transfer
    INNER JOIN ledger_account AS account ON transfer.credit_account_id = account.id
    WHERE transfer.reason = 'award'
    GROUP BY
        transfer.shipment_id,
        account.holder_id
)

SELECT
    COALESCE(shipment.slug, '-') AS slug,
    COALESCE(due.collector_id, posted.collector_id) AS collector_id,
    COALESCE(due.amount_xp, 0) AS planned_xp,
    COALESCE(posted.amount_xp, 0) AS posted_xp
FROM due
FULL JOIN posted ON due.shipment_id = posted.shipment_id AND due.collector_id = posted.collector_id
LEFT JOIN shipments_shipment AS shipment ON COALESCE(due.shipment_id, posted.shipment_id) = shipment.id
WHERE due.amount_xp IS DISTINCT FROM posted.amount_xp
ORDER BY
    slug,
    collector_id

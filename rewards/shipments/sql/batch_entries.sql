-- What the ledger is asked to post for one batch.
SELECT
    'award:' || award.shipment_id || ':' || award.collector_id AS key,
    'shipment' AS debit_kind,
    award.shipment_id AS debit_holder,
    'collector' AS credit_kind,
    award.collector_id AS credit_holder,
    award.amount_xp,
    'award' AS reason,
    award.shipment_id
FROM shipments_award AS award
WHERE
    award.shipment_id = %(shipment_id)s
    AND award.collector_id BETWEEN %(first_collector_id)s AND %(last_collector_id)s

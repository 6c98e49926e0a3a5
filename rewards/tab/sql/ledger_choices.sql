-- The reasons and the rounds that a collector's ledger can be filtered by.
WITH own AS (
    SELECT account.id
    FROM registry_wallet AS wallet
    INNER JOIN ledger_account AS account ON account.kind = 'collector' AND wallet.id = account.holder_id
    WHERE wallet.collector_id = %(collector_id)s
)

SELECT
    transfer.reason,
    shipment.id AS shipment_id,
    shipment.slug,
    shipment.title
FROM own
INNER JOIN ledger_transfer AS transfer
    ON own.id = transfer.credit_account_id OR own.id = transfer.debit_account_id
LEFT JOIN shipments_shipment AS shipment ON transfer.shipment_id = shipment.id
GROUP BY
    transfer.reason,
    shipment.id
ORDER BY
    shipment.window_end DESC NULLS LAST,
    shipment.id DESC,
    transfer.reason ASC

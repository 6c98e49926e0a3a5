-- Transfers that no longer say what they said when they were posted. The digest is written out here once
-- more: a check that called the guard's own function would believe whatever that function had become.
SELECT
    transfer.id,
    transfer.key
FROM ledger_transfer AS transfer
WHERE
    transfer.payload_hash <> sha256(convert_to(
        concat_ws(
            '|',
            transfer.debit_account_id,
            transfer.credit_account_id,
            transfer.amount_xp,
            transfer.reason,
            coalesce(transfer.shipment_id::text, ''),
            transfer.key
        ),
        'UTF8'
    ))
ORDER BY transfer.id

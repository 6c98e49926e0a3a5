-- A page of the lines of who has signed in, and one row without a line where there is none. No row at all
-- where nobody has signed in.
SELECT
    signed_in.sign_in_id,
    told.*
FROM ({signed_in}) AS signed_in
LEFT JOIN ({lines}) AS told ON TRUE
ORDER BY
    told.shipment_id DESC,
    told.collector_id DESC,
    told.rule_version_id DESC,
    told.subject DESC,
    told.for_shipment_id DESC

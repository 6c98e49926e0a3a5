-- A halt waits for the batches that are being posted, and no other begins meanwhile.
SELECT pg_advisory_xact_lock(hashtextextended('post shipment ' || %(shipment_id)s::BIGINT, 0))

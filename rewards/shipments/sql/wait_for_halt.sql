-- Posts of a shipment go side by side, but behind a halt that waits: a row lock would let them past it
-- as long as they follow each other without a gap.
SELECT pg_advisory_xact_lock_shared(hashtextextended('post shipment ' || %(shipment_id)s::BIGINT, 0))

-- Approvals and pauses take turns, so that an approval never overlooks a pause and the other way round.
SELECT PG_ADVISORY_XACT_LOCK(4202102)

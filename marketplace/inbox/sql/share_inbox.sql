-- Batches of other ingests go on side by side; only a strict one keeps the inbox to itself.
SELECT PG_ADVISORY_XACT_LOCK_SHARED(HASHTEXT('inbox'))

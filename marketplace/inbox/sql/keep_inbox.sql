-- A strict ingest holds the keys of many batches in one transaction. Two of them, or one beside an
-- ordinary ingest, could wait for each other, so it waits here first until it is alone.
SELECT PG_ADVISORY_XACT_LOCK(HASHTEXT('inbox'))

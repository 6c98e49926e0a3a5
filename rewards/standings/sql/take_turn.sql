-- Whoever comes while another is at it goes on without: its snapshot would be the same.
SELECT PG_TRY_ADVISORY_XACT_LOCK(HASHTEXT('holdfast.standings')) AS is_ours

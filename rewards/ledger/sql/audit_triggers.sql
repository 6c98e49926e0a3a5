-- Guard triggers that are missing, say something else, or sleep for a replica role.
WITH found AS (
    SELECT
        pg_trigger.tgname AS name,
        pg_trigger.tgenabled AS enabled,
        replace(pg_get_triggerdef(pg_trigger.oid, TRUE), 'public.', '') AS definition
    FROM pg_trigger
    WHERE pg_trigger.tgrelid IN (to_regclass('public.ledger_account'), to_regclass('public.ledger_transfer'))
)

SELECT
    expected.name,
    CASE
        WHEN found.name IS NULL THEN 'is missing'
        WHEN found.definition <> expected.definition THEN 'was replaced by another one'
        ELSE 'is not enabled for every role'
    END AS state
FROM unnest(%(names)s::text[], %(definitions)s::text[]) AS expected (name, definition)
LEFT JOIN found ON expected.name = found.name
WHERE found.name IS NULL OR found.definition <> expected.definition OR found.enabled <> 'A'
ORDER BY expected.name

-- Constraints of the ledger that are missing or were not checked against the rows there are.
SELECT expected.name
FROM unnest(%(names)s::text[]) AS expected (name)
LEFT JOIN pg_constraint AS found
    ON
        expected.name = found.conname
        AND found.conrelid IN (to_regclass('public.ledger_account'), to_regclass('public.ledger_transfer'))
WHERE found.convalidated IS NOT TRUE
ORDER BY expected.name

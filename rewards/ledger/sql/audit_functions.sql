-- Guard functions that are missing, or whose body, rights or settings are not those of the release.
SELECT
    expected.name,
    CASE WHEN found.oid IS NULL THEN 'is missing' ELSE 'is not the one of this release' END AS state
FROM
    unnest(
        %(names)s::text[], %(bodies)s::text[], %(settings)s::text[], %(definers)s::boolean[]
    ) AS expected (name, body, settings, is_definer)
LEFT JOIN pg_proc AS found
    ON expected.name = found.proname AND found.pronamespace = to_regnamespace('public')
WHERE
    found.oid IS NULL
    OR found.prosrc <> expected.body
    OR array_to_string(found.proconfig, '; ') IS DISTINCT FROM expected.settings
    OR found.prosecdef <> expected.is_definer
ORDER BY expected.name

-- A page of a list as JSON, and the place of its last row where more follow; no row for who is not signed in.
-- The list gives up to one row more than the page, numbered, each as JSON and with its place.
WITH signed_in AS ({signed_in}),

listed AS ({listed})

SELECT
    COALESCE(
        JSON_AGG(listed.item ORDER BY listed.number) FILTER (WHERE listed.number <= %(limit)s),
        '[]'::JSON
    )::TEXT AS items,
    MAX(listed.place::TEXT) FILTER (WHERE listed.number = %(limit)s AND listed.total > %(limit)s)
        AS last_place
FROM signed_in
LEFT JOIN listed ON TRUE
GROUP BY signed_in.sign_in_id

-- A flag and those above it, from itself up.
WITH RECURSIVE path AS (
    SELECT
        slug,
        parent_id,
        0 AS height
    FROM flags_flag
    WHERE slug = %(flag)s
    UNION ALL
    SELECT
        above.slug,
        above.parent_id,
        path.height + 1
    FROM path
    INNER JOIN flags_flag AS above ON path.parent_id = above.slug
)

SELECT slug
FROM path
ORDER BY height

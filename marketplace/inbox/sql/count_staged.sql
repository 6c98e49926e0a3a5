-- How many of the staged lines were new, known, and known at another place in the chain.
WITH judged AS (
    {judged}
)

SELECT
    COUNT(*) FILTER (WHERE judged.is_new) AS new_count,
    COUNT(*) FILTER (WHERE NOT judged.is_new AND NOT judged.is_conflict) AS known_count,
    COUNT(*) FILTER (WHERE NOT judged.is_new AND NOT judged.is_conflict AND judged.is_moved) AS moved_count,
    COUNT(*) FILTER (WHERE judged.is_conflict) AS conflict_count
FROM judged

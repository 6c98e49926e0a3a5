-- SHA-256 over what an adjustment says, in the order of its entries, and the sums of it.
SELECT
    ENCODE(
        SHA256(CONVERT_TO(
            CONCAT(adjustment.title, CHR(10), season.slug, CHR(10)) || COALESCE(STRING_AGG(
                JSON_BUILD_ARRAY(
                    entry.number,
                    entry.address,
                    entry.amount_xp,
                    entry.takes_back,
                    entry.reason,
                    entry.evidence
                )::TEXT,
                CHR(10)
                ORDER BY entry.number
            ), ''),
            'UTF8'
        )),
        'hex'
    ) AS digest,
    COUNT(entry.id)::INTEGER AS entry_count,
    COALESCE(SUM(entry.amount_xp) FILTER (WHERE entry.amount_xp > 0), 0)::BIGINT AS granted_xp,
    COALESCE(-SUM(entry.amount_xp) FILTER (WHERE entry.amount_xp < 0), 0)::BIGINT AS taken_xp
FROM adjustments_adjustment AS adjustment
INNER JOIN rules_season AS season ON adjustment.season_id = season.id
LEFT JOIN adjustments_entry AS entry ON adjustment.id = entry.adjustment_id
WHERE adjustment.id = %(adjustment_id)s
GROUP BY
    adjustment.id,
    season.slug

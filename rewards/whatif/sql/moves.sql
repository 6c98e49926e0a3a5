-- How many collectors gain and lose between two plans, and how much.
SELECT
    COUNT(*) FILTER (WHERE after_xp > before_xp) AS gain,
    COUNT(*) FILTER (WHERE after_xp < before_xp) AS lose,
    COUNT(*) FILTER (WHERE before_xp = 0) AS come_in,
    COUNT(*) FILTER (WHERE after_xp = 0) AS drop_out,
    COUNT(*) FILTER (WHERE after_xp = before_xp) AS same,
    COALESCE(SUM(after_xp - before_xp) FILTER (WHERE after_xp > before_xp), 0)::BIGINT AS gained_xp,
    COALESCE(SUM(before_xp - after_xp) FILTER (WHERE after_xp < before_xp), 0)::BIGINT AS lost_xp
FROM ({difference}) AS difference

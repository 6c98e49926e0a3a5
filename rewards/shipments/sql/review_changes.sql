-- The awards of two rounds side by side: who is new, gone, up, down or the same, with their XP in both.
SELECT
    changed.change,
    COUNT(*) AS collectors,
    SUM(changed.earlier_xp)::BIGINT AS earlier_xp,
    SUM(changed.later_xp)::BIGINT AS later_xp
FROM (
    SELECT
        COALESCE(earlier.amount_xp, 0) AS earlier_xp,
        COALESCE(later.amount_xp, 0) AS later_xp,
        CASE
            WHEN earlier.amount_xp IS NULL THEN 'new'
            WHEN later.amount_xp IS NULL THEN 'gone'
            WHEN later.amount_xp > earlier.amount_xp THEN 'up'
            WHEN later.amount_xp < earlier.amount_xp THEN 'down'
            ELSE 'same'
        END AS change
    FROM (
        SELECT
            collector_id,
            amount_xp
        FROM shipments_award
        WHERE shipment_id = %(earlier_id)s
    ) AS earlier
    FULL JOIN (
        SELECT
            collector_id,
            amount_xp
        FROM shipments_award
        WHERE shipment_id = %(shipment_id)s
    ) AS later ON earlier.collector_id = later.collector_id
) AS changed
GROUP BY changed.change

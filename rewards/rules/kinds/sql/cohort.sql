-- A line for each known wallet on the list; a collector with several is paid for one, and once.
SELECT
    wallet.collector_id,
    MD5('cohort:' || cohort.slug || ':' || member.address)::UUID AS subject,
    NULL::UUID AS event_id,
    NULL::UUID AS token,
    %(window_end)s::TIMESTAMPTZ AS at,
    NULL::NUMERIC AS quantity,
    NULL::INTEGER AS hold_days,
    %(micro_xp)s::NUMERIC AS numerator,
    1000000::NUMERIC AS denominator,
    CASE
        WHEN ROW_NUMBER() OVER (PARTITION BY wallet.collector_id ORDER BY member.address) > 1
            THEN 'once_per_collector'
        WHEN wallet.collector_id IN (SELECT paid.collector_id FROM ({paid}) AS paid)
            THEN 'already_paid'
        WHEN NOT %(live_at_close)s
            THEN 'paused'
    END AS reason
FROM rules_cohort AS cohort
INNER JOIN rules_cohortmember AS member ON cohort.id = member.cohort_id
INNER JOIN registry_wallet AS wallet ON member.address = wallet.address
WHERE
    cohort.slug = %(cohort)s
    -- A custody address is nobody, whoever put it on the list.
    AND member.address NOT IN (
        SELECT custody.address FROM inbox_event AS custody
        WHERE custody.kind = 'custody'
    )

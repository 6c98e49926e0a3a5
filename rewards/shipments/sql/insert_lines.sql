-- A plan clears its rows first, so a row that is there already is an error.
INSERT INTO shipments_line (
    shipment_id,
    collector_id,
    rule_version_id,
    subject,
    event_id,
    token,
    quantity,
    hold_days,
    base_micro_xp,
    boost_bp,
    cut_xp,
    amount_xp,
    reason,
    for_shipment_id
)
SELECT
    %(shipment_id)s,
    collector_id,
    %(rule_version_id)s,
    subject,
    event_id,
    token,
    quantity,
    hold_days,
    base_micro::BIGINT,
    boost_bp,
    CASE
        WHEN uncut_micro > amount_micro THEN DIV(uncut_micro, 1000000) - DIV(amount_micro, 1000000) ELSE 0
    END::BIGINT AS cut_xp,
    DIV(amount_micro, 1000000)::BIGINT AS amount_xp,
    CASE
        WHEN reason IS NOT NULL THEN reason
        WHEN amount_micro >= 1000000 THEN 'earned'
        WHEN uncut_micro >= 1000000 THEN %(when_cut)s
        ELSE 'rounds_to_zero'
    END AS reason,
    %(shipment_id)s AS for_shipment_id
FROM ({lines}) AS line
ORDER BY collector_id

-- Guards of plans and life cycles that are missing or switched off.
SELECT
    expected.table_name,
    expected.trigger_name
FROM (
    VALUES
    ('shipments_shipment', 'life_cycle_goes_one_way'),
    ('shipments_line', 'plan_is_written_before_approval'),
    ('shipments_line', 'plan_is_cleared_before_approval'),
    ('shipments_line', 'plan_rows_never_change'),
    ('shipments_boost', 'plan_is_written_before_approval'),
    ('shipments_boost', 'plan_is_cleared_before_approval'),
    ('shipments_boost', 'plan_rows_never_change'),
    ('shipments_award', 'plan_is_written_before_approval'),
    ('shipments_award', 'plan_is_cleared_before_approval'),
    ('shipments_award', 'plan_rows_never_change'),
    ('rules_ruleversion', 'versions_never_change'),
    ('rules_ruleversion', 'versions_follow_each_other')
) AS expected (table_name, trigger_name)
LEFT JOIN pg_trigger AS found
    ON
        expected.trigger_name = found.tgname
        AND TO_REGCLASS(expected.table_name) = found.tgrelid
        AND found.tgenabled = 'A'
WHERE found.oid IS NULL

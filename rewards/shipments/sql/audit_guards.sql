-- Guards of plans, rules, pauses and the change log that are missing or switched off.
SELECT
    expected.table_name,
    expected.trigger_name
FROM (
    VALUES
    ('flags_flag', 'every_change_is_logged'),
    ('flags_flag', 'every_new_row_is_logged'),
    ('flags_flag', 'every_removal_is_logged'),
    ('flags_flag', 'no_change_goes_unlogged'),
    ('flags_pause', 'every_change_is_logged'),
    ('flags_pause', 'every_new_row_is_logged'),
    ('flags_pause', 'every_removal_is_logged'),
    ('flags_pause', 'only_the_end_changes'),
    ('flags_pause', 'pauses_stay'),
    ('flags_pause', 'shipped_time_is_not_paused'),
    ('registry_collection', 'every_change_is_logged'),
    ('registry_collection', 'every_removal_is_logged'),
    ('registry_collection', 'no_change_goes_unlogged'),
    ('rules_cohort', 'every_change_is_logged'),
    ('rules_cohort', 'every_new_row_is_logged'),
    ('rules_cohort', 'every_removal_is_logged'),
    ('rules_cohort', 'no_change_goes_unlogged'),
    ('rules_cohortmember', 'every_change_is_logged'),
    ('rules_cohortmember', 'every_new_row_is_logged'),
    ('rules_cohortmember', 'every_removal_is_logged'),
    ('rules_cohortmember', 'no_change_goes_unlogged'),
    ('rules_rule', 'every_change_is_logged'),
    ('rules_rule', 'every_new_row_is_logged'),
    ('rules_rule', 'every_removal_is_logged'),
    ('rules_rule', 'no_change_goes_unlogged'),
    ('rules_ruleversion', 'every_change_is_logged'),
    ('rules_ruleversion', 'every_new_row_is_logged'),
    ('rules_ruleversion', 'every_removal_is_logged'),
    ('rules_ruleversion', 'versions_follow_each_other'),
    ('rules_ruleversion', 'versions_never_change'),
    ('rules_season', 'every_change_is_logged'),
    ('rules_season', 'every_new_row_is_logged'),
    ('rules_season', 'every_removal_is_logged'),
    ('rules_season', 'no_change_goes_unlogged'),
    ('shipments_award', 'plan_is_cleared_before_approval'),
    ('shipments_award', 'plan_is_written_before_approval'),
    ('shipments_award', 'plan_rows_never_change'),
    ('shipments_boost', 'plan_is_cleared_before_approval'),
    ('shipments_boost', 'plan_is_written_before_approval'),
    ('shipments_boost', 'plan_rows_never_change'),
    ('shipments_comment', 'comments_stay'),
    ('shipments_comment', 'every_new_row_is_logged'),
    ('shipments_line', 'plan_is_cleared_before_approval'),
    ('shipments_line', 'plan_is_written_before_approval'),
    ('shipments_line', 'plan_rows_never_change'),
    ('shipments_shipment', 'every_change_is_logged'),
    ('shipments_shipment', 'every_new_row_is_logged'),
    ('shipments_shipment', 'every_removal_is_logged'),
    ('shipments_shipment', 'life_cycle_goes_one_way'),
    ('shipments_shipment', 'no_change_goes_unlogged'),
    ('staff_change', 'change_log_only_grows'),
    ('staff_told', 'every_change_is_logged'),
    ('staff_told', 'every_new_row_is_logged'),
    ('staff_told', 'every_removal_is_logged'),
    ('staff_told', 'no_change_goes_unlogged')
) AS expected (table_name, trigger_name)
LEFT JOIN pg_trigger AS found
    ON
        expected.trigger_name = found.tgname
        AND TO_REGCLASS(expected.table_name) = found.tgrelid
        AND found.tgenabled = 'A'
WHERE found.oid IS NULL

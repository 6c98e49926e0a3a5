-- Writes down what a statement did to a table that staff edit: one row of the log for each row that differs.
-- The first argument of the trigger is the column that names a row; the others are columns to leave out.
CREATE FUNCTION staff_log_changes() RETURNS TRIGGER LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    left_out CONSTANT TEXT[] := coalesce(TG_ARGV[1:], '{}');
    who CONSTANT TEXT := coalesce(
        nullif(current_setting('holdfast.actor', TRUE), ''), 'database role ' || current_user
    );
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO public.staff_change (table_name, row_key, before, after, actor, at)
        SELECT TG_TABLE_NAME, made.told ->> TG_ARGV[0], NULL, made.told - left_out, who, now()
        FROM (SELECT to_jsonb(rows_after) AS told FROM rows_after) AS made;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO public.staff_change (table_name, row_key, before, after, actor, at)
        SELECT TG_TABLE_NAME, gone.told ->> TG_ARGV[0], gone.told - left_out, NULL, who, now()
        FROM (SELECT to_jsonb(rows_before) AS told FROM rows_before) AS gone;
    ELSE
        INSERT INTO public.staff_change (table_name, row_key, before, after, actor, at)
        SELECT
            TG_TABLE_NAME,
            coalesce(changed.told, known.told) ->> TG_ARGV[0],
            known.told - left_out,
            changed.told - left_out,
            who,
            now()
        FROM (SELECT to_jsonb(rows_before) AS told FROM rows_before) AS known
        FULL JOIN (SELECT to_jsonb(rows_after) AS told FROM rows_after) AS changed
            ON known.told ->> TG_ARGV[0] = changed.told ->> TG_ARGV[0]
        WHERE known.told - left_out IS DISTINCT FROM changed.told - left_out;
    END IF;
    RETURN NULL;
END
$function$;

-- The log grows and nothing else, whoever asks, and only a change itself adds to it.
CREATE FUNCTION staff_refuse_change() RETURNS TRIGGER LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF TG_OP = 'INSERT' AND pg_trigger_depth() > 1 THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'The change log is written by the changes themselves: % of % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'change_log_only_grows';
END
$function$;

CREATE TRIGGER change_log_only_grows
BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON staff_change
FOR EACH STATEMENT EXECUTE FUNCTION staff_refuse_change();
ALTER TABLE staff_change ENABLE ALWAYS TRIGGER change_log_only_grows;

-- To truncate a table would leave no trace of its rows.
CREATE FUNCTION staff_refuse_truncate() RETURNS TRIGGER LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RAISE EXCEPTION 'Changes of % are logged row by row: TRUNCATE is refused.', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'every_change_is_logged';
END
$function$;

-- Which tables, the column that names a row, and what of a row is not worth a line: a shipment's work list
-- and its inputs, which its digest stands for. Collections come in with events; what staff do is to change
-- them.
DO $$
DECLARE
    logged RECORD;
BEGIN
    FOR logged IN
        SELECT *
        FROM (
            VALUES
            ('flags_flag', TRUE, '''slug'''),
            ('flags_pause', TRUE, '''id'''),
            ('rules_season', TRUE, '''id'''),
            ('rules_rule', TRUE, '''id'''),
            ('rules_ruleversion', TRUE, '''id'''),
            ('rules_cohort', TRUE, '''id'''),
            ('rules_cohortmember', TRUE, '''id'''),
            ('shipments_shipment', TRUE, '''id'', ''plan_inputs'', ''plan_due_at'', ''problem'''),
            ('registry_collection', FALSE, '''id'''),
            ('staff_told', TRUE, '''id''')
        ) AS tables (name, with_new_rows, arguments)
    LOOP
        IF logged.with_new_rows THEN
            EXECUTE format(
                'CREATE TRIGGER every_new_row_is_logged AFTER INSERT ON %I '
                'REFERENCING NEW TABLE AS rows_after '
                'FOR EACH STATEMENT EXECUTE FUNCTION staff_log_changes(%s)',
                logged.name, logged.arguments
            );
            EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER every_new_row_is_logged', logged.name);
        END IF;
        EXECUTE format(
            'CREATE TRIGGER every_change_is_logged AFTER UPDATE ON %I '
            'REFERENCING OLD TABLE AS rows_before NEW TABLE AS rows_after '
            'FOR EACH STATEMENT EXECUTE FUNCTION staff_log_changes(%s)',
            logged.name, logged.arguments
        );
        EXECUTE format(
            'CREATE TRIGGER every_removal_is_logged AFTER DELETE ON %I '
            'REFERENCING OLD TABLE AS rows_before '
            'FOR EACH STATEMENT EXECUTE FUNCTION staff_log_changes(%s)',
            logged.name, logged.arguments
        );
        -- Pauses and versions refuse it already, with a sentence of their own.
        IF logged.name NOT IN ('flags_pause', 'rules_ruleversion') THEN
            EXECUTE format(
                'CREATE TRIGGER no_change_goes_unlogged BEFORE TRUNCATE ON %I '
                'FOR EACH STATEMENT EXECUTE FUNCTION staff_refuse_truncate()',
                logged.name
            );
            EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER no_change_goes_unlogged', logged.name);
        END IF;
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER every_change_is_logged', logged.name);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER every_removal_is_logged', logged.name);
    END LOOP;
END
$$;

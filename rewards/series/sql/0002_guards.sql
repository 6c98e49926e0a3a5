-- The windows of a series stay as they began, and it counts them upwards only: no window is made twice, none
-- is left out. What has ended stays ended.
CREATE FUNCTION series_keep_windows() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF (NEW.id, NEW.slug, NEW.season_id, NEW.first_start, NEW.months, NEW.days)
        IS DISTINCT FROM (OLD.id, OLD.slug, OLD.season_id, OLD.first_start, OLD.months, OLD.days)
        OR NEW.next_number NOT IN (OLD.next_number, OLD.next_number + 1)
    THEN
        RAISE EXCEPTION 'The windows of series % stay as they began. End it and begin another.', OLD.slug
            USING ERRCODE = 'restrict_violation', TABLE = 'series_series', CONSTRAINT = 'windows_stay';
    END IF;
    IF OLD.state = 'ended' AND NEW.state <> 'ended' THEN
        RAISE EXCEPTION 'Series % has ended, and an ended series does not go on.', OLD.slug
            USING ERRCODE = 'check_violation', TABLE = 'series_series', CONSTRAINT = 'ended_stays_ended';
    END IF;
    RETURN NEW;
END
$function$;

CREATE TRIGGER windows_stay
BEFORE UPDATE ON series_series
FOR EACH ROW EXECUTE FUNCTION series_keep_windows();
ALTER TABLE series_series ENABLE ALWAYS TRIGGER windows_stay;

-- Which shipment a window became is never told otherwise.
CREATE FUNCTION series_keep_rounds() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RAISE EXCEPTION 'Which shipment a window became stays: % of % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'rounds_stay';
END
$function$;

CREATE TRIGGER rounds_stay
BEFORE UPDATE OR DELETE OR TRUNCATE ON series_round
FOR EACH STATEMENT EXECUTE FUNCTION series_keep_rounds();
ALTER TABLE series_round ENABLE ALWAYS TRIGGER rounds_stay;

-- Every change of a series and its rules is in the change log; how far it is and what went wrong is not one.
DO $$
DECLARE
    logged RECORD;
BEGIN
    FOR logged IN
        SELECT *
        FROM (
            VALUES
            ('series_series', '''id'', ''next_number'', ''next_due_at'', ''retry_at'', ''problem'''),
            ('series_seriesrule', '''id''')
        ) AS tables (name, arguments)
    LOOP
        EXECUTE format(
            'CREATE TRIGGER every_new_row_is_logged AFTER INSERT ON %I '
            'REFERENCING NEW TABLE AS rows_after '
            'FOR EACH STATEMENT EXECUTE FUNCTION staff_log_changes(%s)',
            logged.name, logged.arguments
        );
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
        EXECUTE format(
            'CREATE TRIGGER no_change_goes_unlogged BEFORE TRUNCATE ON %I '
            'FOR EACH STATEMENT EXECUTE FUNCTION staff_refuse_truncate()',
            logged.name
        );
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER every_new_row_is_logged', logged.name);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER every_change_is_logged', logged.name);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER every_removal_is_logged', logged.name);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER no_change_goes_unlogged', logged.name);
    END LOOP;
END
$$;

-- A window is skipped, and a skip taken back, only before the window opens: afterwards it says for ever why
-- the next round has the time of two windows.
CREATE FUNCTION series_keep_skips() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    skip public.series_skip := COALESCE(NEW, OLD);
    has_opened boolean;
BEGIN
    -- The lock is that of a series that makes its next draft, so that none opens meanwhile.
    SELECT skip.number < series.next_number
    INTO has_opened
    FROM public.series_series AS series
    WHERE series.id = skip.series_id
    FOR SHARE;
    IF has_opened OR TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'A skip stays once its window has opened: % of window % is refused.', TG_OP, skip.number
            USING ERRCODE = 'restrict_violation', TABLE = 'series_skip', CONSTRAINT = 'skips_stay';
    END IF;
    RETURN skip;
END
$function$;

CREATE TRIGGER skips_stay
BEFORE INSERT OR UPDATE OR DELETE ON series_skip
FOR EACH ROW EXECUTE FUNCTION series_keep_skips();
ALTER TABLE series_skip ENABLE ALWAYS TRIGGER skips_stay;

-- Who skipped what, and who took it back, is in the change log, under the series: a row that is gone has no
-- page of its own.
CREATE TRIGGER every_new_row_is_logged
AFTER INSERT ON series_skip
REFERENCING NEW TABLE AS rows_after
FOR EACH STATEMENT EXECUTE FUNCTION staff_log_changes('series_id', 'id');
ALTER TABLE series_skip ENABLE ALWAYS TRIGGER every_new_row_is_logged;

CREATE TRIGGER every_change_is_logged
AFTER UPDATE ON series_skip
REFERENCING OLD TABLE AS rows_before NEW TABLE AS rows_after
FOR EACH STATEMENT EXECUTE FUNCTION staff_log_changes('series_id', 'id');
ALTER TABLE series_skip ENABLE ALWAYS TRIGGER every_change_is_logged;

CREATE TRIGGER every_removal_is_logged
AFTER DELETE ON series_skip
REFERENCING OLD TABLE AS rows_before
FOR EACH STATEMENT EXECUTE FUNCTION staff_log_changes('series_id', 'id');
ALTER TABLE series_skip ENABLE ALWAYS TRIGGER every_removal_is_logged;

CREATE TRIGGER no_change_goes_unlogged
BEFORE TRUNCATE ON series_skip
FOR EACH STATEMENT EXECUTE FUNCTION staff_refuse_truncate();
ALTER TABLE series_skip ENABLE ALWAYS TRIGGER no_change_goes_unlogged;

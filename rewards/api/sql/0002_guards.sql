-- A key keeps its name, scopes and end as they were made, and a revoked one stays revoked, whoever asks: else
-- who can write to the table could give a known key more than it was given. Keys stay as part of the record.
CREATE FUNCTION api_keep_keys() RETURNS TRIGGER LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (
            NEW.id, NEW.name, NEW.prefix, NEW.digest, NEW.scopes, NEW.created_by, NEW.created_at, NEW.expires_at
        ) IS NOT DISTINCT FROM (
            OLD.id, OLD.name, OLD.prefix, OLD.digest, OLD.scopes, OLD.created_by, OLD.created_at, OLD.expires_at
        ) AND (
            OLD.revoked_at IS NULL
            OR (NEW.revoked_at, NEW.revoked_by) IS NOT DISTINCT FROM (OLD.revoked_at, OLD.revoked_by)
        ) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'A key is revoked and replaced, never changed: % of % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'keys_are_revoked_never_changed';
END
$function$;

CREATE TRIGGER keys_are_revoked_never_changed
BEFORE UPDATE OR DELETE ON api_apikey
FOR EACH ROW EXECUTE FUNCTION api_keep_keys();
ALTER TABLE api_apikey ENABLE ALWAYS TRIGGER keys_are_revoked_never_changed;

CREATE TRIGGER keys_stay
BEFORE TRUNCATE ON api_apikey
FOR EACH STATEMENT EXECUTE FUNCTION api_keep_keys();
ALTER TABLE api_apikey ENABLE ALWAYS TRIGGER keys_stay;

-- The change log has who made and revoked which key. It has no use for digests, nor for each use.
CREATE TRIGGER every_new_row_is_logged
AFTER INSERT ON api_apikey REFERENCING NEW TABLE AS rows_after
FOR EACH STATEMENT EXECUTE FUNCTION staff_log_changes('id', 'digest', 'used_at');
ALTER TABLE api_apikey ENABLE ALWAYS TRIGGER every_new_row_is_logged;

CREATE TRIGGER every_change_is_logged
AFTER UPDATE ON api_apikey REFERENCING OLD TABLE AS rows_before NEW TABLE AS rows_after
FOR EACH STATEMENT EXECUTE FUNCTION staff_log_changes('id', 'digest', 'used_at');
ALTER TABLE api_apikey ENABLE ALWAYS TRIGGER every_change_is_logged;

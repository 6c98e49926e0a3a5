-- Who was one collector when a round was planned decides what is paid later, so links are kept for ever: a
-- link ends once, and nothing else of it changes but what the facts have noted.
CREATE FUNCTION registry_keep_links() RETURNS TRIGGER LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    -- A TRUNCATE has no row to compare.
    IF TG_OP = 'UPDATE' THEN
        IF
            (OLD.id, OLD.wallet_id, OLD.collector_id, OLD.linked_at)
            = (NEW.id, NEW.wallet_id, NEW.collector_id, NEW.linked_at)
            AND (OLD.ended_at IS NULL OR OLD.ended_at IS NOT DISTINCT FROM NEW.ended_at)
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'Links are kept: a link ends, and is never changed or deleted. % is refused.', TG_OP
        USING ERRCODE = 'restrict_violation', TABLE = 'registry_link', CONSTRAINT = 'links_stay';
END
$function$;

CREATE TRIGGER links_stay
BEFORE UPDATE OR DELETE ON registry_link
FOR EACH ROW EXECUTE FUNCTION registry_keep_links();

CREATE TRIGGER links_never_go
BEFORE TRUNCATE ON registry_link
FOR EACH STATEMENT EXECUTE FUNCTION registry_keep_links();

-- ALWAYS: a plain trigger sleeps while session_replication_role is replica.
ALTER TABLE registry_link ENABLE ALWAYS TRIGGER links_stay;
ALTER TABLE registry_link ENABLE ALWAYS TRIGGER links_never_go;

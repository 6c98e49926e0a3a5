-- Of a pause only the end changes, and none is deleted: what was off, and why, stays to be read.
CREATE FUNCTION flags_keep_pause() RETURNS TRIGGER LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF (NEW.id, NEW.flag_id, NEW.starts_at, NEW.reason, NEW.created_by, NEW.created_at)
        IS DISTINCT FROM (OLD.id, OLD.flag_id, OLD.starts_at, OLD.reason, OLD.created_by, OLD.created_at)
    THEN
        RAISE EXCEPTION 'Of a pause only the end can change.'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'pauses_stay';
    END IF;
    RETURN NEW;
END
$function$;

CREATE FUNCTION flags_refuse_change() RETURNS TRIGGER LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RAISE EXCEPTION 'Pauses are kept: % of % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'pauses_stay';
END
$function$;

CREATE TRIGGER only_the_end_changes
BEFORE UPDATE ON flags_pause
FOR EACH ROW EXECUTE FUNCTION flags_keep_pause();
CREATE TRIGGER pauses_stay
BEFORE DELETE OR TRUNCATE ON flags_pause
FOR EACH STATEMENT EXECUTE FUNCTION flags_refuse_change();
ALTER TABLE flags_pause ENABLE ALWAYS TRIGGER only_the_end_changes;
ALTER TABLE flags_pause ENABLE ALWAYS TRIGGER pauses_stay;

INSERT INTO flags_flag (slug, parent_id, title) VALUES
('liquidity', NULL, 'Listing and bidding'),
('liquidity.listing', 'liquidity', 'Listing'),
('liquidity.bidding', 'liquidity', 'Bidding');

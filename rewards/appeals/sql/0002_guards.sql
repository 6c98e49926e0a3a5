-- Appeals are opened a few at a time, answered once, and stay as they were said.
CREATE FUNCTION appeals_keep_few() RETURNS TRIGGER LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    -- Those of one collector take turns, so that no two of them count the same.
    PERFORM pg_advisory_xact_lock(hashtextextended('appeals of ' || NEW.collector_id, 0));
    IF NEW.state <> 'open' THEN
        RAISE EXCEPTION 'An appeal begins open.'
            USING ERRCODE = 'check_violation', TABLE = 'appeals_appeal', CONSTRAINT = 'appeal_begins_open';
    END IF;
    IF (
        SELECT count(*)
        FROM public.appeals_appeal AS appeal
        WHERE appeal.collector_id = NEW.collector_id AND appeal.state = 'open'
    ) >= 10 THEN
        RAISE EXCEPTION 'A collector has at most 10 appeals that wait for an answer.'
            USING ERRCODE = 'check_violation', TABLE = 'appeals_appeal', CONSTRAINT = 'few_appeals_are_open';
    END IF;
    IF NOT EXISTS (
        SELECT
        FROM public.shipments_line AS line
        INNER JOIN public.registry_wallet AS own ON own.id = line.collector_id
        WHERE
            line.shipment_id = NEW.shipment_id
            AND line.collector_id = NEW.line_collector_id
            AND line.rule_version_id = NEW.rule_version_id
            AND line.subject = NEW.subject
            AND line.for_shipment_id = NEW.for_shipment_id
            AND own.collector_id = NEW.collector_id
    ) THEN
        RAISE EXCEPTION 'An appeal is about a line of its collector.'
            USING ERRCODE = 'foreign_key_violation', TABLE = 'appeals_appeal', CONSTRAINT = 'appeal_is_of_ones_own_line';
    END IF;
    RETURN NEW;
END
$function$;

CREATE FUNCTION appeals_keep_words() RETURNS TRIGGER LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF OLD.state <> 'open' OR (
        NEW.id, NEW.collector_id, NEW.wallet_id, NEW.shipment_id, NEW.line_collector_id, NEW.rule_version_id,
        NEW.subject, NEW.for_shipment_id, NEW.text, NEW.opened_at
    ) IS DISTINCT FROM (
        OLD.id, OLD.collector_id, OLD.wallet_id, OLD.shipment_id, OLD.line_collector_id, OLD.rule_version_id,
        OLD.subject, OLD.for_shipment_id, OLD.text, OLD.opened_at
    ) THEN
        RAISE EXCEPTION 'Appeal % stays as it was said, and its answer, too.', OLD.id
            USING ERRCODE = 'restrict_violation', TABLE = 'appeals_appeal', CONSTRAINT = 'appeals_stay';
    END IF;
    RETURN NEW;
END
$function$;

CREATE FUNCTION appeals_refuse_removal() RETURNS TRIGGER LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RAISE EXCEPTION 'Appeals stay: % of % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'appeals_stay';
END
$function$;

CREATE TRIGGER few_appeals_are_open
BEFORE INSERT ON appeals_appeal
FOR EACH ROW EXECUTE FUNCTION appeals_keep_few();
CREATE TRIGGER appeals_are_answered_once
BEFORE UPDATE ON appeals_appeal
FOR EACH ROW EXECUTE FUNCTION appeals_keep_words();
CREATE TRIGGER appeals_stay
BEFORE DELETE OR TRUNCATE ON appeals_appeal
FOR EACH STATEMENT EXECUTE FUNCTION appeals_refuse_removal();
ALTER TABLE appeals_appeal ENABLE ALWAYS TRIGGER few_appeals_are_open;
ALTER TABLE appeals_appeal ENABLE ALWAYS TRIGGER appeals_are_answered_once;
ALTER TABLE appeals_appeal ENABLE ALWAYS TRIGGER appeals_stay;

-- Staff answer, so the answer is in the change log; what collectors say is theirs and stands in the row.
CREATE TRIGGER every_change_is_logged AFTER UPDATE ON appeals_appeal
REFERENCING OLD TABLE AS rows_before NEW TABLE AS rows_after
FOR EACH STATEMENT
EXECUTE FUNCTION staff_log_changes('id', 'collector_id', 'wallet_id', 'line_collector_id', 'text');
ALTER TABLE appeals_appeal ENABLE ALWAYS TRIGGER every_change_is_logged;

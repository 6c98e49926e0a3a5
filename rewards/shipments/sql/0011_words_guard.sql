-- What collectors will read was approved with the plan, and so was whom it is for and the deadline: a late
-- approval would else be made to look in time.
CREATE FUNCTION shipments_keep_words() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF OLD.state NOT IN ('draft', 'planned') AND (
        NEW.title, NEW.message, NEW.audience, NEW.approve_by
    ) IS DISTINCT FROM (
        OLD.title, OLD.message, OLD.audience, OLD.approve_by
    ) THEN
        RAISE EXCEPTION 'What was approved is what collectors read: the words of shipment % no longer change.', OLD.slug
            USING ERRCODE = 'restrict_violation', TABLE = 'shipments_shipment', CONSTRAINT = 'approved_words_stay';
    END IF;
    RETURN NEW;
END
$function$;

CREATE TRIGGER approved_words_stay
BEFORE UPDATE ON shipments_shipment
FOR EACH ROW EXECUTE FUNCTION shipments_keep_words();
ALTER TABLE shipments_shipment ENABLE ALWAYS TRIGGER approved_words_stay;

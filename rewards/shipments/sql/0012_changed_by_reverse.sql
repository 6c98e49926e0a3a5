CREATE OR REPLACE FUNCTION shipments_keep_words() RETURNS trigger LANGUAGE plpgsql
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

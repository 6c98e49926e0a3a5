-- A plan is for the audience that it was made for: only a draft's changes, or that of a plan that becomes a
-- draft again by the same statement. So what was approved stays for whom it was approved.
CREATE FUNCTION shipments_keep_audience() RETURNS TRIGGER LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RAISE EXCEPTION 'Shipment % is %: whom it is for changes only while it is a draft.', OLD.slug, NEW.state
        USING ERRCODE = 'restrict_violation', TABLE = 'shipments_shipment', CONSTRAINT = 'plan_keeps_its_audience';
END
$function$;

CREATE TRIGGER plan_keeps_its_audience
BEFORE UPDATE ON shipments_shipment
FOR EACH ROW
WHEN (new.audience IS DISTINCT FROM old.audience AND new.state <> 'draft')
EXECUTE FUNCTION shipments_keep_audience();
ALTER TABLE shipments_shipment ENABLE ALWAYS TRIGGER plan_keeps_its_audience;

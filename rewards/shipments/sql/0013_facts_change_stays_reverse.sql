CREATE OR REPLACE FUNCTION shipments_keep_life_cycle() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'planned'),
        ('planned', 'draft'),
        ('planned', 'approved'),
        ('approved', 'shipping'),
        ('shipping', 'halted'),
        ('halted', 'shipping'),
        ('shipping', 'shipped'),
        ('shipped', 'sealed'),
        ('draft', 'cancelled'),
        ('planned', 'cancelled'),
        ('approved', 'cancelled')
    ) THEN
        RAISE EXCEPTION 'A shipment that is % cannot become %.', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', TABLE = 'shipments_shipment', CONSTRAINT = 'life_cycle_goes_one_way';
    END IF;
    IF NEW.author <> OLD.author THEN
        RAISE EXCEPTION 'Who wrote shipment % does not change: it must not be who approves it.', OLD.slug
            USING ERRCODE = 'restrict_violation', TABLE = 'shipments_shipment', CONSTRAINT = 'author_stays';
    END IF;
    IF OLD.state NOT IN ('draft', 'planned') AND (
        NEW.slug, NEW.season_id, NEW.window_start, NEW.window_end, NEW.author, NEW.plan_digest, NEW.plan_inputs,
        NEW.line_count, NEW.award_count, NEW.total_xp, NEW.approved_by, NEW.approved_at
    ) IS DISTINCT FROM (
        OLD.slug, OLD.season_id, OLD.window_start, OLD.window_end, OLD.author, OLD.plan_digest, OLD.plan_inputs,
        OLD.line_count, OLD.award_count, OLD.total_xp, OLD.approved_by, OLD.approved_at
    ) THEN
        RAISE EXCEPTION 'What was approved is what ships: shipment % no longer changes.', OLD.slug
            USING ERRCODE = 'restrict_violation', TABLE = 'shipments_shipment', CONSTRAINT = 'approved_is_what_ships';
    END IF;
    IF NEW.state = 'shipped' AND OLD.state <> 'shipped' AND EXISTS (
        SELECT FROM public.shipments_batch AS batch WHERE batch.shipment_id = NEW.id AND batch.state <> 'done'
    ) THEN
        RAISE EXCEPTION 'Shipment % has batches that are not posted yet.', OLD.slug
            USING ERRCODE = 'check_violation', TABLE = 'shipments_shipment', CONSTRAINT = 'shipped_means_all_posted';
    END IF;
    RETURN NEW;
END
$function$;

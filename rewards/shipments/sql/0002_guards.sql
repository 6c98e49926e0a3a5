-- The product of multipliers: exact, because a numeric product of decimals is.
CREATE AGGREGATE product (numeric)(
    sfunc = numeric_mul,
    stype = numeric,
    combinefunc = numeric_mul,
    parallel = safe
);

-- The life of a shipment goes one way, whoever pushes.
CREATE FUNCTION shipments_keep_life_cycle() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'planned'),
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

CREATE TRIGGER life_cycle_goes_one_way
BEFORE UPDATE ON shipments_shipment
FOR EACH ROW EXECUTE FUNCTION shipments_keep_life_cycle();
ALTER TABLE shipments_shipment ENABLE ALWAYS TRIGGER life_cycle_goes_one_way;

-- Lines, boosts and awards are written while a shipment is a draft or planned, and then never again.
-- A row itself never changes: a plan that is made again deletes and inserts.
CREATE FUNCTION shipments_keep_plan() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF EXISTS (
        SELECT
        FROM (SELECT DISTINCT changed.shipment_id FROM changed) AS named
        LEFT JOIN public.shipments_shipment AS shipment ON shipment.id = named.shipment_id
        WHERE shipment.state IS NULL OR shipment.state NOT IN ('draft', 'planned')
    ) THEN
        RAISE EXCEPTION 'The plan of an approved shipment is frozen: % of % is refused.', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'approved_is_what_ships';
    END IF;
    RETURN NULL;
END
$function$;

CREATE FUNCTION shipments_refuse_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RAISE EXCEPTION 'What a plan wrote never changes: % of % is refused. Plan again instead.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'approved_is_what_ships';
END
$function$;

CREATE TRIGGER plan_is_written_before_approval
AFTER INSERT ON shipments_line REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION shipments_keep_plan();
CREATE TRIGGER plan_is_cleared_before_approval
AFTER DELETE ON shipments_line REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION shipments_keep_plan();
CREATE TRIGGER plan_rows_never_change
BEFORE UPDATE OR TRUNCATE ON shipments_line
FOR EACH STATEMENT EXECUTE FUNCTION shipments_refuse_change();
ALTER TABLE shipments_line ENABLE ALWAYS TRIGGER plan_is_written_before_approval;
ALTER TABLE shipments_line ENABLE ALWAYS TRIGGER plan_is_cleared_before_approval;
ALTER TABLE shipments_line ENABLE ALWAYS TRIGGER plan_rows_never_change;

CREATE TRIGGER plan_is_written_before_approval
AFTER INSERT ON shipments_boost REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION shipments_keep_plan();
CREATE TRIGGER plan_is_cleared_before_approval
AFTER DELETE ON shipments_boost REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION shipments_keep_plan();
CREATE TRIGGER plan_rows_never_change
BEFORE UPDATE OR TRUNCATE ON shipments_boost
FOR EACH STATEMENT EXECUTE FUNCTION shipments_refuse_change();
ALTER TABLE shipments_boost ENABLE ALWAYS TRIGGER plan_is_written_before_approval;
ALTER TABLE shipments_boost ENABLE ALWAYS TRIGGER plan_is_cleared_before_approval;
ALTER TABLE shipments_boost ENABLE ALWAYS TRIGGER plan_rows_never_change;

CREATE TRIGGER plan_is_written_before_approval
AFTER INSERT ON shipments_award REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION shipments_keep_plan();
CREATE TRIGGER plan_is_cleared_before_approval
AFTER DELETE ON shipments_award REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION shipments_keep_plan();
CREATE TRIGGER plan_rows_never_change
BEFORE UPDATE OR TRUNCATE ON shipments_award
FOR EACH STATEMENT EXECUTE FUNCTION shipments_refuse_change();
ALTER TABLE shipments_award ENABLE ALWAYS TRIGGER plan_is_written_before_approval;
ALTER TABLE shipments_award ENABLE ALWAYS TRIGGER plan_is_cleared_before_approval;
ALTER TABLE shipments_award ENABLE ALWAYS TRIGGER plan_rows_never_change;

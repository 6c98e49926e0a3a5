-- Time for which a round was approved is not paused or resumed afterwards (P5): what was earned stays, and
-- nothing is paid back. Pauses and approvals take turns by the same lock.
CREATE FUNCTION shipments_keep_pauses_out() RETURNS TRIGGER LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    shipped_until TIMESTAMPTZ;
    changed_from TIMESTAMPTZ;
BEGIN
    PERFORM pg_advisory_xact_lock(4202102);
    WITH RECURSIVE below AS (
        SELECT NEW.flag_id AS slug
        UNION ALL
        SELECT flag.slug FROM public.flags_flag AS flag INNER JOIN below ON flag.parent_id = below.slug
    )
    SELECT max(paid.window_end)
    INTO shipped_until
    FROM below
    INNER JOIN public.rules_rule AS rule ON 'rule.' || rule.slug = below.slug
    INNER JOIN public.shipments_shipmentrule AS paid ON paid.rule_id = rule.id
    INNER JOIN public.shipments_shipment AS shipment ON shipment.id = paid.shipment_id
    WHERE shipment.state IN ('approved', 'shipping', 'halted', 'shipped', 'sealed');

    -- A new pause changes time from its start on; another end, from the earlier of the two ends on.
    changed_from := NEW.starts_at;
    IF TG_OP = 'UPDATE' THEN
        changed_from := least(coalesce(OLD.ends_at, 'infinity'), coalesce(NEW.ends_at, 'infinity'));
        IF OLD.ends_at IS NOT DISTINCT FROM NEW.ends_at THEN
            RETURN NULL;
        END IF;
    ELSIF NEW.ends_at = NEW.starts_at THEN
        RETURN NULL;
    END IF;
    IF changed_from < shipped_until THEN
        RAISE EXCEPTION 'Flag % cannot be paused or resumed before %: a round was approved for that time.',
            NEW.flag_id, shipped_until
            USING ERRCODE = 'check_violation', TABLE = 'flags_pause', CONSTRAINT = 'shipped_time_is_not_paused';
    END IF;
    RETURN NULL;
END
$function$;

CREATE TRIGGER shipped_time_is_not_paused
AFTER INSERT OR UPDATE ON flags_pause
FOR EACH ROW EXECUTE FUNCTION shipments_keep_pauses_out();
ALTER TABLE flags_pause ENABLE ALWAYS TRIGGER shipped_time_is_not_paused;

-- Versions come one after the other. Two may name one instant: then the first was never in force, because
-- its rule was changed before it started.
CREATE OR REPLACE FUNCTION rules_follow_last_version() RETURNS TRIGGER LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF EXISTS (
        SELECT
        FROM public.rules_ruleversion AS other
        WHERE
            other.rule_id = NEW.rule_id
            AND (
                (other.number < NEW.number AND other.in_force_from > NEW.in_force_from)
                OR (other.number > NEW.number AND other.in_force_from < NEW.in_force_from)
            )
    ) THEN
        RAISE EXCEPTION 'Version % of a rule cannot come into force before the versions before it.', NEW.number
            USING ERRCODE = 'check_violation', TABLE = 'rules_ruleversion', CONSTRAINT = 'versions_follow_each_other';
    END IF;
    RETURN NULL;
END
$function$;

-- Versions of rules never change (P6), whoever asks.
CREATE FUNCTION rules_refuse_change() RETURNS TRIGGER LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RAISE EXCEPTION 'A version of a rule never changes: % of % is refused. Make a new version instead.',
        TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'versions_never_change';
END
$function$;

CREATE TRIGGER versions_never_change
BEFORE UPDATE OR DELETE OR TRUNCATE ON rules_ruleversion
FOR EACH STATEMENT EXECUTE FUNCTION rules_refuse_change();
ALTER TABLE rules_ruleversion ENABLE ALWAYS TRIGGER versions_never_change;

-- Versions come one after the other, so that the one in force at an instant is never in doubt.
CREATE FUNCTION rules_follow_last_version() RETURNS TRIGGER LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF EXISTS (
        SELECT
        FROM public.rules_ruleversion AS other
        WHERE
            other.rule_id = NEW.rule_id
            AND (
                (other.number < NEW.number AND other.in_force_from >= NEW.in_force_from)
                OR (other.number > NEW.number AND other.in_force_from <= NEW.in_force_from)
            )
    ) THEN
        RAISE EXCEPTION 'Version % of a rule must come into force after the versions before it.', NEW.number
            USING ERRCODE = 'check_violation', TABLE = 'rules_ruleversion', CONSTRAINT = 'versions_follow_each_other';
    END IF;
    RETURN NULL;
END
$function$;

CREATE TRIGGER versions_follow_each_other
AFTER INSERT ON rules_ruleversion
FOR EACH ROW EXECUTE FUNCTION rules_follow_last_version();
ALTER TABLE rules_ruleversion ENABLE ALWAYS TRIGGER versions_follow_each_other;

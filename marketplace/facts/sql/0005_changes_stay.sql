-- Which rounds are looked at again is known from these rows alone: without one, what came late is forgotten.
CREATE FUNCTION facts_keep_changes() RETURNS TRIGGER LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RAISE EXCEPTION 'That facts changed stays known, for the rounds that pay what came late: % is refused.', TG_OP
        USING ERRCODE = 'restrict_violation', TABLE = 'facts_change', CONSTRAINT = 'changes_of_facts_stay';
END
$function$;

CREATE TRIGGER changes_of_facts_stay
BEFORE UPDATE OR DELETE OR TRUNCATE ON facts_change
FOR EACH STATEMENT EXECUTE FUNCTION facts_keep_changes();
-- ALWAYS: a plain trigger sleeps while session_replication_role is replica.
ALTER TABLE facts_change ENABLE ALWAYS TRIGGER changes_of_facts_stay;

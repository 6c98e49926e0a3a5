-- What was decided about a sale stays, whoever asks: another decision follows it.
CREATE FUNCTION fairness_keep_decisions() RETURNS TRIGGER LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RAISE EXCEPTION 'A decision is followed by another one, never changed: % of % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'decisions_stay';
END
$function$;

CREATE TRIGGER decisions_stay
BEFORE UPDATE OR DELETE OR TRUNCATE ON fairness_decision
FOR EACH STATEMENT EXECUTE FUNCTION fairness_keep_decisions();
ALTER TABLE fairness_decision ENABLE ALWAYS TRIGGER decisions_stay;

CREATE TRIGGER every_new_row_is_logged
AFTER INSERT ON fairness_decision REFERENCING NEW TABLE AS rows_after
FOR EACH STATEMENT EXECUTE FUNCTION staff_log_changes('id');
ALTER TABLE fairness_decision ENABLE ALWAYS TRIGGER every_new_row_is_logged;

-- What was announced stays as it was said, whoever asks. Old rows may go, as a whole.
CREATE FUNCTION webhooks_keep_message() RETURNS TRIGGER LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RAISE EXCEPTION 'A message stays as it was announced: % of % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'messages_never_change';
END
$function$;

CREATE TRIGGER messages_never_change
BEFORE UPDATE OR TRUNCATE ON webhooks_message
FOR EACH STATEMENT EXECUTE FUNCTION webhooks_keep_message();
ALTER TABLE webhooks_message ENABLE ALWAYS TRIGGER messages_never_change;

-- Who is told what happens, and when they got another secret. The secret itself is left out, sealed as it is,
-- and so is what workers note of an endpoint.
DO $$
DECLARE
    logged RECORD;
BEGIN
    FOR logged IN
        SELECT *
        FROM (
            VALUES
            ('webhooks_endpoint', '''id'', ''failures'', ''quiet_until'''),
            ('webhooks_secret', '''id'', ''sealed''')
        ) AS tables (name, arguments)
    LOOP
        EXECUTE format(
            'CREATE TRIGGER every_new_row_is_logged AFTER INSERT ON %I REFERENCING NEW TABLE AS rows_after '
            'FOR EACH STATEMENT EXECUTE FUNCTION staff_log_changes(%s)',
            logged.name, logged.arguments
        );
        EXECUTE format(
            'CREATE TRIGGER every_change_is_logged AFTER UPDATE ON %I '
            'REFERENCING OLD TABLE AS rows_before NEW TABLE AS rows_after '
            'FOR EACH STATEMENT EXECUTE FUNCTION staff_log_changes(%s)',
            logged.name, logged.arguments
        );
        EXECUTE format(
            'CREATE TRIGGER every_removal_is_logged AFTER DELETE ON %I REFERENCING OLD TABLE AS rows_before '
            'FOR EACH STATEMENT EXECUTE FUNCTION staff_log_changes(%s)',
            logged.name, logged.arguments
        );
        EXECUTE format(
            'CREATE TRIGGER no_change_goes_unlogged BEFORE TRUNCATE ON %I '
            'FOR EACH STATEMENT EXECUTE FUNCTION staff_refuse_truncate()',
            logged.name
        );
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER every_new_row_is_logged', logged.name);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER every_change_is_logged', logged.name);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER every_removal_is_logged', logged.name);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER no_change_goes_unlogged', logged.name);
    END LOOP;
END
$$;

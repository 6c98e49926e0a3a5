-- What the app's role may do. One statement, so that at no moment it may do more.
DO $$
DECLARE
    app_role CONSTANT TEXT := current_setting('holdfast.app_role');
    restricted RECORD;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', app_role);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %I', app_role);
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO %I', app_role);

    -- Events, changes of facts, transfers, comments and decisions are added and never changed. An account's
    -- balance is changed by the ledger's own trigger, with its owner's rights. Which migrations ran is the
    -- owner's business.
    FOR restricted IN
        SELECT
            pg_class.oid::regclass AS table_name,
            rules.forbidden
        FROM (
            VALUES
            ('facts_change', 'UPDATE, DELETE'),
            ('fairness_decision', 'UPDATE, DELETE'),
            ('inbox_event', 'UPDATE, DELETE'),
            ('intake_delivery', 'UPDATE, DELETE'),
            ('ledger_account', 'UPDATE, DELETE'),
            ('ledger_transfer', 'UPDATE, DELETE'),
            ('shipments_comment', 'UPDATE, DELETE'),
            ('webhooks_message', 'UPDATE'),
            ('django_migrations', 'INSERT, UPDATE, DELETE')
        ) AS rules (name, forbidden)
        INNER JOIN pg_class ON pg_class.relname = rules.name AND pg_class.relkind IN ('r', 'p')
        WHERE pg_class.relnamespace = 'public'::regnamespace
    LOOP
        EXECUTE format('REVOKE %s ON %s FROM %I', restricted.forbidden, restricted.table_name, app_role);
    END LOOP;
END
$$;

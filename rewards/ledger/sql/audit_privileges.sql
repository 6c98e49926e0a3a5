-- Roles that may do more to the ledger than read and add. The owner of the tables, those who may act as
-- the owner, and superusers are left out: it is the triggers that bind them.
SELECT
    role.rolname AS role,
    guarded.oid::regclass::text AS table_name,
    string_agg(wide.privilege, ', ' ORDER BY wide.privilege) AS privileges
FROM pg_class AS guarded
CROSS JOIN pg_roles AS role
CROSS JOIN (VALUES ('UPDATE'), ('DELETE'), ('TRUNCATE'), ('TRIGGER')) AS wide (privilege)
WHERE
    guarded.oid IN (to_regclass('public.ledger_account'), to_regclass('public.ledger_transfer'))
    AND NOT role.rolsuper
    AND NOT starts_with(role.rolname, 'pg_')
    AND NOT pg_has_role(role.oid, guarded.relowner, 'MEMBER')
    AND (
        has_table_privilege(role.oid, guarded.oid, wide.privilege)
        OR (wide.privilege = 'UPDATE' AND has_any_column_privilege(role.oid, guarded.oid, 'UPDATE'))
    )
GROUP BY role.rolname, guarded.oid
ORDER BY role.rolname, table_name

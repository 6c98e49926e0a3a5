-- For each index of the tables, the statement that drops it and the one that makes it again.
SELECT
    CASE
        WHEN owned.oid IS NULL THEN FORMAT('DROP INDEX %%I', index_class.relname)
        ELSE FORMAT('ALTER TABLE %%I DROP CONSTRAINT %%I', table_class.relname, owned.conname)
    END AS drop_statement,
    CASE
        WHEN owned.oid IS NULL THEN PG_GET_INDEXDEF(pg_index.indexrelid)
        ELSE FORMAT(
            'ALTER TABLE %%I ADD CONSTRAINT %%I %%s',
            table_class.relname,
            owned.conname,
            PG_GET_CONSTRAINTDEF(owned.oid)
        )
    END AS create_statement
FROM pg_index
INNER JOIN pg_class AS table_class ON pg_index.indrelid = table_class.oid
INNER JOIN pg_class AS index_class ON pg_index.indexrelid = index_class.oid
LEFT JOIN pg_constraint AS owned
    ON pg_index.indexrelid = owned.conindid AND owned.contype IN ('p', 'u')
WHERE
    table_class.relname = ANY(%(tables)s)
    AND table_class.relnamespace = CURRENT_SCHEMA()::REGNAMESPACE
ORDER BY index_class.relname

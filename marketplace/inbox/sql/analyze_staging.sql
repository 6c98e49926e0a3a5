-- Autovacuum never sees a temporary table; without figures the planner would read the whole inbox.
ANALYZE inbox_staged (id)

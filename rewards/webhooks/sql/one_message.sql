-- A single message, as an announcement reads it.
SELECT
    %(key)s AS key,
    %(data)s::JSONB AS data

-- A what-if must not keep the database busy for longer than somebody waits; until the transaction ends.
SELECT SET_CONFIG('statement_timeout', %(limit)s, TRUE)

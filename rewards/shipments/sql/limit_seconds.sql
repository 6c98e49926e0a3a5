-- A trial must not keep the database busy for longer than somebody waits for it; until the transaction ends.
SELECT SET_CONFIG('statement_timeout', %(limit)s, TRUE)

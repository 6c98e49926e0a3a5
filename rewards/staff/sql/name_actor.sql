-- The triggers of the change log read who it was from the session, until the transaction ends.
SELECT SET_CONFIG('holdfast.actor', %(name)s, TRUE)

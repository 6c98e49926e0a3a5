"""Events out: what happened is told to the marketplace's own systems, at least once, by signed webhooks."""

"""What happened on the market. Does not know about rewards."""

"""What collectors earn for what happened on the market, and how it reaches them."""

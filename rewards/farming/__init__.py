"""What XP costs a farmer in fees that are really spent: simple strategies, played through the real engine."""

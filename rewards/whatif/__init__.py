"""What a round would have paid under other rules or pauses: planned, compared, and rolled back."""

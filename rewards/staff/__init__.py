"""Staff: their roles, what each of them changed, and what they tell the inbox."""

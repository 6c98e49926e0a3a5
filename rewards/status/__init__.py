"""How the engine is: what is on its way, how late the facts are, what budgets have left."""

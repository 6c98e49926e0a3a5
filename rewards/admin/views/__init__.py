"""The pages of the admin. A view reads the clock, makes one call into a stage, and says what was done."""

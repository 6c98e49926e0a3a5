"""Named switches over rules, and the pauses in which they were off."""

"""Who stands where: places by balance, as they were at one moment, with its time said."""

"""The program as one file: seasons, cohorts, rules and shipments."""

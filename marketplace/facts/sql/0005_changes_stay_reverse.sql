DROP TRIGGER changes_of_facts_stay ON facts_change;
DROP FUNCTION facts_keep_changes();

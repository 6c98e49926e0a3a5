DROP TRIGGER every_new_row_is_logged ON fairness_decision;
DROP TRIGGER decisions_stay ON fairness_decision;
DROP FUNCTION fairness_keep_decisions();

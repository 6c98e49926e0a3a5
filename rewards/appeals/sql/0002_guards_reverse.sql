DROP TRIGGER every_change_is_logged ON appeals_appeal;
DROP TRIGGER appeals_stay ON appeals_appeal;
DROP TRIGGER appeals_are_answered_once ON appeals_appeal;
DROP TRIGGER few_appeals_are_open ON appeals_appeal;
DROP FUNCTION appeals_refuse_removal();
DROP FUNCTION appeals_keep_words();
DROP FUNCTION appeals_keep_few();

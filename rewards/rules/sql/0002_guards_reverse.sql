DROP TRIGGER versions_follow_each_other ON rules_ruleversion;
DROP TRIGGER versions_never_change ON rules_ruleversion;
DROP FUNCTION rules_follow_last_version();
DROP FUNCTION rules_refuse_change();

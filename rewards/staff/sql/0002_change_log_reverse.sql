DROP FUNCTION staff_log_changes() CASCADE;
DROP FUNCTION staff_refuse_truncate() CASCADE;
DROP FUNCTION staff_refuse_change() CASCADE;

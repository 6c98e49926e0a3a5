DROP TRIGGER every_new_row_is_logged ON series_skip;
DROP TRIGGER every_change_is_logged ON series_skip;
DROP TRIGGER every_removal_is_logged ON series_skip;
DROP TRIGGER no_change_goes_unlogged ON series_skip;
DROP TRIGGER skips_stay ON series_skip;
DROP FUNCTION series_keep_skips();

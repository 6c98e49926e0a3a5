DROP TRIGGER every_new_row_is_logged ON intake_sender;
DROP TRIGGER every_change_is_logged ON intake_sender;
DROP TRIGGER every_removal_is_logged ON intake_sender;
DROP TRIGGER no_change_goes_unlogged ON intake_sender;
DROP TRIGGER every_new_row_is_logged ON intake_secret;
DROP TRIGGER every_change_is_logged ON intake_secret;
DROP TRIGGER every_removal_is_logged ON intake_secret;
DROP TRIGGER no_change_goes_unlogged ON intake_secret;

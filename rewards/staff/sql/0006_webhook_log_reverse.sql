DROP TRIGGER every_new_row_is_logged ON webhooks_endpoint;
DROP TRIGGER every_change_is_logged ON webhooks_endpoint;
DROP TRIGGER every_removal_is_logged ON webhooks_endpoint;
DROP TRIGGER no_change_goes_unlogged ON webhooks_endpoint;
DROP TRIGGER every_new_row_is_logged ON webhooks_secret;
DROP TRIGGER every_change_is_logged ON webhooks_secret;
DROP TRIGGER every_removal_is_logged ON webhooks_secret;
DROP TRIGGER no_change_goes_unlogged ON webhooks_secret;

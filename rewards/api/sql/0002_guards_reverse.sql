DROP TRIGGER every_change_is_logged ON api_apikey;
DROP TRIGGER every_new_row_is_logged ON api_apikey;
DROP TRIGGER keys_stay ON api_apikey;
DROP TRIGGER keys_are_revoked_never_changed ON api_apikey;
DROP FUNCTION api_keep_keys();

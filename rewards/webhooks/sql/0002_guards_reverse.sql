DROP TRIGGER messages_never_change ON webhooks_message;
DROP FUNCTION webhooks_keep_message();

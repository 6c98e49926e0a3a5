-- What is said of a shipment is logged once, when it is said: nobody changes or removes it afterwards.
CREATE TRIGGER every_new_row_is_logged AFTER INSERT ON shipments_comment
REFERENCING NEW TABLE AS rows_after
FOR EACH STATEMENT EXECUTE FUNCTION staff_log_changes('id');
ALTER TABLE shipments_comment ENABLE ALWAYS TRIGGER every_new_row_is_logged;

DROP TRIGGER shipped_time_is_not_paused ON flags_pause;
DROP FUNCTION shipments_keep_pauses_out();

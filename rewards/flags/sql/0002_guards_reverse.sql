DROP TRIGGER pauses_stay ON flags_pause;
DROP TRIGGER only_the_end_changes ON flags_pause;
DROP FUNCTION flags_refuse_change();
DROP FUNCTION flags_keep_pause();

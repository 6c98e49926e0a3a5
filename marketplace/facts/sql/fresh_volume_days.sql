CREATE TEMPORARY TABLE fresh_volume_day ON COMMIT DROP AS
{volume_days}

-- Units that came back out of custody to those who put them there.
CREATE TEMPORARY TABLE returned ON COMMIT DROP AS
SELECT *
FROM ({own}) AS own
WHERE out_seq IS NOT NULL

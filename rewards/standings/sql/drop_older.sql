-- Drops every snapshot but the latest, with its rows.
WITH latest AS (
    SELECT MAX(snapshot.id) AS id
    FROM standings_snapshot AS snapshot
),

older AS (
    DELETE FROM standings_snapshot
    USING latest
    WHERE standings_snapshot.id < latest.id
)

DELETE FROM standings_standing
USING latest
WHERE standings_standing.snapshot_id < latest.id

-- What became of each staged line, now that every id of them is in the inbox.
SELECT
    staged.place,
    event.batch_id = %(batch_id)s
    AND staged.place = MIN(staged.place) OVER (PARTITION BY staged.id) AS is_new,
    staged.content <> event.content AS is_conflict,
    (
        staged.at <> event.at
        OR staged.block IS DISTINCT FROM event.block
        OR staged.tx_index IS DISTINCT FROM event.tx_index
        OR staged.log_index IS DISTINCT FROM event.log_index
    ) AS is_moved
FROM inbox_staged AS staged
INNER JOIN inbox_event AS event
    ON staged.id = event.id

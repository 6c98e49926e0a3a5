SELECT * FROM ({single}) AS single_hold
UNION ALL
SELECT * FROM ({edition}) AS edition_hold

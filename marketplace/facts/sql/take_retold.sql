-- A token is on the list once, so it is in the table once.
WITH taken AS (
    DELETE FROM facts_retold
    WHERE
        token IN (
            SELECT listed.token
            FROM facts_retold AS listed
            ORDER BY listed.token
            LIMIT %(most_tokens)s
        )
    RETURNING token
)

INSERT INTO retold (token)
SELECT taken.token
FROM taken

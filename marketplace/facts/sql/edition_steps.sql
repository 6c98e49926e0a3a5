-- The moves of editions, numbered in order for each token.
CREATE TEMPORARY TABLE edition_step ON COMMIT DROP AS
SELECT
    told.*,
    ROW_NUMBER() OVER (
        PARTITION BY told.token
        ORDER BY told.at, told.block, told.tx_index, told.log_index, told.key, told.source
    ) AS seq
FROM told
LEFT JOIN (
    SELECT DISTINCT other.settlement
    FROM told AS other
    WHERE other.edition AND NOT other.is_sale
) AS transferred ON told.settlement = transferred.settlement
WHERE
    told.edition
    AND (NOT told.is_sale OR transferred.settlement IS NULL)

-- Wallets that each stand for a collector of the same number.
INSERT INTO registry_wallet (id, address, collector_id)
SELECT
    drawn.nth AS id,
    '0x' || LPAD(TO_HEX(drawn.nth), 40, '0') AS address,
    drawn.nth AS collector_id
FROM GENERATE_SERIES(1, %(count)s::BIGINT) AS drawn (nth)

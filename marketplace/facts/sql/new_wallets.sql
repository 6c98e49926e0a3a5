-- Every address that the events to settle name becomes a wallet, once.
INSERT INTO registry_wallet (id, address, collector_id)
SELECT
    numbered.wallet_id AS id,
    numbered.address,
    numbered.wallet_id AS collector_id
FROM (
    SELECT
        named.address,
        NEXTVAL(PG_GET_SERIAL_SEQUENCE('registry_wallet', 'id')) AS wallet_id
    FROM (
        SELECT from_wallet AS address FROM {events} AS event WHERE from_wallet IS NOT NULL
        UNION
        SELECT to_wallet FROM {events} AS event WHERE to_wallet IS NOT NULL
        UNION
        SELECT maker FROM {events} AS event WHERE maker IS NOT NULL
    ) AS named
    LEFT JOIN registry_wallet AS known ON named.address = known.address
    WHERE
        known.id IS NULL
        AND named.address <> '0x0000000000000000000000000000000000000000'
) AS numbered
-- Somebody may have signed in with the wallet, or listed it, at the same moment.
ON CONFLICT (address) DO NOTHING

-- The wallet that signed in with this browser, with the collector that it belongs to now.
SELECT
    sign_in.id AS sign_in_id,
    wallet.id AS wallet_id,
    wallet.address,
    wallet.collector_id
FROM identity_signin AS sign_in
INNER JOIN registry_wallet AS wallet ON sign_in.wallet_id = wallet.id
WHERE
    sign_in.id = %(sign_in_id)s
    AND sign_in.ended_at IS NULL
    AND sign_in.expires_at > %(as_of)s

-- Where the wallets of a collector are signed in, the latest first.
SELECT
    sign_in.id AS sign_in_id,
    wallet.address,
    sign_in.browser,
    sign_in.signed_in_at
FROM registry_wallet AS wallet
INNER JOIN identity_signin AS sign_in ON wallet.id = sign_in.wallet_id
WHERE
    wallet.collector_id = %(collector_id)s
    AND sign_in.ended_at IS NULL
    AND sign_in.expires_at > %(as_of)s
ORDER BY
    sign_in.signed_in_at DESC,
    sign_in.id ASC
LIMIT 50

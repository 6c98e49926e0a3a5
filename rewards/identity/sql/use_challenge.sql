-- Takes a challenge, once: of two that come with one nonce at the same moment, the second waits for the first
-- and finds it used.
UPDATE identity_challenge
SET used_at = %(as_of)s
WHERE
    nonce = %(nonce)s
    AND purpose = %(purpose)s
    AND domain = %(domain)s
    AND sign_in_id IS NOT DISTINCT FROM %(sign_in_id)s
    AND used_at IS NULL
    AND issued_at <= %(as_of)s
    AND expires_at > %(as_of)s
RETURNING
    address,
    text

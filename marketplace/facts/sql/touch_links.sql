-- Linking changes the collector of everything that the linked wallets ever received, sold or bought.
INSERT INTO touched (scope)
SELECT hold.token
FROM facts_hold AS hold
INNER JOIN registry_wallet AS wallet ON hold.wallet_id = wallet.id
WHERE
    wallet.id = ANY(%(wallets)s)
    OR hold.collector_id = ANY(%(wallets)s)
UNION
SELECT sale.token
FROM facts_sale AS sale
WHERE
    sale.seller_id = ANY(%(wallets)s)
    OR sale.buyer_id = ANY(%(wallets)s)
-- The table has no key: a scope that is there twice is read once.

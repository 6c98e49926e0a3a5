-- All tokens that have sales. One that is listed already is looked at once.
INSERT INTO facts_retold (token)
SELECT DISTINCT sale.token
FROM facts_sale AS sale
ON CONFLICT (token) DO NOTHING

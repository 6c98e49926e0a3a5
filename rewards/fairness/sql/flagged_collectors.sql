SELECT side.collector_id
FROM ({washed}) AS suspect
INNER JOIN facts_sale AS sale ON suspect.sale_key = sale.key
INNER JOIN registry_wallet AS side ON side.id IN (sale.seller_id, sale.buyer_id)
WHERE
    sale.at >= %(flagged_from)s
    AND sale.at < %(flagged_until)s
GROUP BY side.collector_id

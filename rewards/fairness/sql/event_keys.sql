-- The keys of the events that told the sales which count as wash trades.
SELECT event.key
FROM ({washed}) AS suspect
INNER JOIN facts_sale AS sale ON suspect.sale_key = sale.key
INNER JOIN inbox_event AS event ON sale.event_id = event.id

-- Since when a shipment is to be planned, if it still is and nobody is at it.
SELECT shipment.plan_due_at
FROM shipments_shipment AS shipment
WHERE
    shipment.slug = %(slug)s
    AND shipment.state IN ('draft', 'planned')
    AND shipment.plan_due_at <= %(as_of)s
FOR UPDATE SKIP LOCKED

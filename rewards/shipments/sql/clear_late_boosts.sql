-- Boosts for a round before are kept for who has a late line there: for everybody they were only computed.
DELETE FROM shipments_boost AS boost
WHERE
    boost.shipment_id = %(shipment_id)s
    AND boost.for_shipment_id = %(for_shipment_id)s
    AND NOT EXISTS (
        SELECT FROM shipments_line AS line
        WHERE
            line.shipment_id = boost.shipment_id
            AND line.for_shipment_id = boost.for_shipment_id
            AND line.collector_id = boost.collector_id
    )

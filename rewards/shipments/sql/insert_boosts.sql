-- A plan clears its rows first, so a row that is there already is an error.
INSERT INTO shipments_boost (
    shipment_id,
    collector_id,
    rule_version_id,
    hold_key,
    event_id,
    token,
    hold_days,
    boost_bp,
    for_shipment_id
)
SELECT
    %(shipment_id)s,
    boost.collector_id,
    %(rule_version_id)s,
    boost.hold_key,
    boost.event_id,
    boost.token,
    boost.hold_days,
    boost.boost_bp,
    %(for_shipment_id)s
FROM ({boosts}) AS boost

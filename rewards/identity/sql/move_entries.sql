-- What the ledger is asked to post for moves.
SELECT
    'joined:' || move.link_id || ':' || move.number AS key,
    'collector' AS debit_kind,
    move.from_collector_id AS debit_holder,
    'collector' AS credit_kind,
    move.to_collector_id AS credit_holder,
    move.amount_xp,
    'joined' AS reason,
    NULL::bigint AS shipment_id
FROM identity_move AS move
INNER JOIN UNNEST(%(links)s::bigint[], %(numbers)s::int[]) AS chosen (link_id, number)
    ON move.link_id = chosen.link_id AND move.number = chosen.number

-- A single transfer as entries, for what moves XP by itself: a budget, a reserve, a grant.
SELECT
    %(key)s::text AS key,
    %(debit_kind)s::text AS debit_kind,
    %(debit_holder)s::bigint AS debit_holder,
    %(credit_kind)s::text AS credit_kind,
    %(credit_holder)s::bigint AS credit_holder,
    %(amount_xp)s::bigint AS amount_xp,
    %(reason)s::text AS reason,
    %(shipment_id)s::bigint AS shipment_id

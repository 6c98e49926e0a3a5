-- A notice for each plan that waits, and for each deadline that passed; and who had the role then, but for
-- who wrote or changed it, who may not approve it. Told once: the key is unique, and only a new notice gets
-- recipients.
WITH told AS (
    INSERT INTO notices_notice (key, kind, role, shipment_id, made_at)
    SELECT
        'approve:' || shipment.slug || ':' || LEFT(shipment.plan_digest, 12),
        'approve',
        'approver',
        shipment.id,
        %(as_of)s
    FROM shipments_shipment AS shipment
    WHERE
        shipment.state = 'planned'
        AND shipment.plan_due_at IS NULL
        AND shipment.problem = ''
    UNION ALL
    SELECT
        'overdue:' || shipment.slug || ':'
        || TO_CHAR(shipment.approve_by AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'),
        'overdue',
        'approver',
        shipment.id,
        %(as_of)s
    FROM shipments_shipment AS shipment
    WHERE
        shipment.state IN ('draft', 'planned')
        AND shipment.approve_by <= %(as_of)s
    ON CONFLICT (key) DO NOTHING
    RETURNING id, role, shipment_id
)

INSERT INTO notices_recipient (notice_id, user_id, mail_due_at)
SELECT
    told.id AS notice_id,
    member.id AS user_id,
    CASE WHEN %(with_mail)s AND member.email <> '' THEN %(as_of)s::TIMESTAMPTZ END AS mail_due_at
FROM told
INNER JOIN shipments_shipment AS shipment ON told.shipment_id = shipment.id
INNER JOIN auth_group AS staff_role ON told.role = staff_role.name
INNER JOIN auth_user_groups AS membership ON staff_role.id = membership.group_id
INNER JOIN auth_user AS member ON membership.user_id = member.id
WHERE
    member.is_active
    AND member.username NOT IN (shipment.author, shipment.changed_by)
ON CONFLICT (notice_id, user_id) DO NOTHING

-- A browser's session that is not over.
SELECT
    session.session_key,
    session.session_data,
    session.expire_date
FROM django_session AS session
WHERE
    session.session_key = %(key)s::TEXT
    AND session.expire_date > %(as_of)s::TIMESTAMPTZ

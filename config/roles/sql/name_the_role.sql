-- GRANT takes no values, so the next statement reads the role's name from the session.
SELECT set_config('holdfast.app_role', %(role)s, FALSE);

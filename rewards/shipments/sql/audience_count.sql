SELECT COUNT(*) AS collectors
FROM ({audience}) AS audience

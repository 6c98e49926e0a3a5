-- An instant as the API writes it: ISO 8601 in UTC with a Z. Whatever calls it has this in its own plan.
CREATE FUNCTION api_instant(at TIMESTAMPTZ) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (to_json(at AT TIME ZONE 'UTC') #>> '{}') || 'Z'

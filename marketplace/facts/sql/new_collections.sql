INSERT INTO registry_collection (slug)
SELECT DISTINCT event.collection
FROM {events} AS event
WHERE
    event.collection IS NOT NULL
    AND NOT EXISTS (SELECT FROM registry_collection AS known WHERE known.slug = event.collection)
-- The slug is what makes a collection; a second run finds it there.
ON CONFLICT (slug) DO NOTHING

"""The API's views, a file a subject."""

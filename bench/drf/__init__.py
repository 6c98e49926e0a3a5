"""The yardstick of ingest_api: the same batches validated by serializers of the REST framework."""

"""An app of a later version, whose migration changes a table that batches are posted from."""

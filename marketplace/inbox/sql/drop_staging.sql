DROP TABLE inbox_staged

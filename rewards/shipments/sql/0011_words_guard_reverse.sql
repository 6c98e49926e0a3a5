DROP TRIGGER approved_words_stay ON shipments_shipment;
DROP FUNCTION shipments_keep_words();

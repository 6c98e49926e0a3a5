DROP TRIGGER plan_keeps_its_audience ON shipments_shipment;
DROP FUNCTION shipments_keep_audience();

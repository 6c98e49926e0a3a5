DROP TRIGGER approved_plan_is_within_its_limits ON shipments_shipment;
DROP FUNCTION shipments_keep_limits();
DROP FUNCTION shipments_list_excesses(BIGINT);

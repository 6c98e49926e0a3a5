-- Takes the guards away, newest first; the tables go with the migration before.
DROP TRIGGER accounts_never_go ON ledger_account;
DROP TRIGGER balances_change_by_posting ON ledger_account;
DROP TRIGGER accounts_open_with_zero ON ledger_account;
DROP TRIGGER transfers_never_go ON ledger_transfer;
DROP TRIGGER transfers_never_change ON ledger_transfer;
DROP TRIGGER balances_follow_transfers ON ledger_transfer;
DROP FUNCTION ledger_refuse_change();
DROP FUNCTION ledger_refuse_balance();
DROP FUNCTION ledger_open_with_zero();
DROP FUNCTION ledger_keep_balances();
ALTER TABLE ledger_account RESET (fillfactor);
ALTER TABLE ledger_transfer DROP CONSTRAINT payload_hash_is_of_this_row;
DROP FUNCTION ledger_payload_hash(text, bigint, bigint, bigint, text, bigint);

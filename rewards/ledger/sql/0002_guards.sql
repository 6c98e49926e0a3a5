-- The guards of the ledger. They bind every role: owner and superuser can only get past them by DDL,
-- which the audit notices. The audit compares this file with the database, function by function and
-- trigger by trigger, so a change goes into a new file and a new migration.

-- The digest of what a transfer says. It must stay inlinable (a plain expression of immutable parts),
-- or it costs five times as much for each row; convert_to is not, hence the cast with doubled backslashes.
CREATE FUNCTION ledger_payload_hash(
    key text,
    debit_account_id bigint,
    credit_account_id bigint,
    amount_xp bigint,
    reason text,
    shipment_id bigint
) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(replace(
    debit_account_id::text || '|' || credit_account_id::text || '|' || amount_xp::text || '|' || reason
    || '|' || coalesce(shipment_id::text, '') || '|' || key,
    E'\\', E'\\\\'
)::bytea);

ALTER TABLE ledger_transfer ADD CONSTRAINT payload_hash_is_of_this_row CHECK (
    payload_hash
    = ledger_payload_hash(key, debit_account_id, credit_account_id, amount_xp, reason, shipment_id)
);

-- Half of each page stays free, so that a new balance fits beside the old one and no index is touched.
ALTER TABLE ledger_account SET (fillfactor = 50);

-- Balances follow the transfers of one INSERT, whoever runs it. Accounts are locked in one order by
-- everybody: collectors by id, then the accounts that all batches share, so that those are held
-- shortest and two posts never wait for each other. Locking comes first and in a statement of its own:
-- an UPDATE that has to wait for another transaction joins stale rows again and can lose one silently.
-- Accounts are found by id alone, and their kind is looked up beside it: where a statement also asked for
-- the kind, PostgreSQL would take the index of kinds while its figures are from when the table was small,
-- and compare each account with each transfer of the batch.
CREATE FUNCTION ledger_keep_balances() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $function$
DECLARE
    collectors bigint[];
    collector_changes_xp bigint[];
    shared bigint[];
    shared_changes_xp bigint[];
    named bigint;
    updated bigint;
    kept bigint;
BEGIN
    SELECT
        count(*),
        array_agg(net.account_id) FILTER (WHERE net.kind = 'collector'),
        array_agg(net.change_xp) FILTER (WHERE net.kind = 'collector'),
        array_agg(net.account_id) FILTER (WHERE net.kind <> 'collector'),
        array_agg(net.change_xp) FILTER (WHERE net.kind <> 'collector')
    INTO named, collectors, collector_changes_xp, shared, shared_changes_xp
    FROM (
        SELECT
            leg.account_id,
            sum(leg.change_xp)::bigint AS change_xp,
            (SELECT account.kind FROM public.ledger_account AS account WHERE account.id = leg.account_id) AS kind
        FROM (
            SELECT debit_account_id AS account_id, -amount_xp AS change_xp FROM posted
            UNION ALL
            SELECT credit_account_id, amount_xp FROM posted
        ) AS leg
        GROUP BY leg.account_id
    ) AS net;

    IF named = 0 THEN
        RETURN NULL;
    END IF;

    IF EXISTS (
        SELECT
        FROM posted
        INNER JOIN public.ledger_account AS credit ON credit.id = posted.credit_account_id
        WHERE
            posted.debit_account_id = (
                SELECT issuance.id FROM public.ledger_account AS issuance WHERE issuance.kind = 'issuance'
            )
            AND credit.kind <> 'season'
    ) THEN
        RAISE EXCEPTION 'XP is issued to the budget of a season only.'
            USING
                ERRCODE = 'check_violation',
                TABLE = 'ledger_transfer',
                CONSTRAINT = 'issuance_pays_seasons_only';
    END IF;

    PERFORM FROM public.ledger_account AS account
    WHERE account.id = ANY(collectors)
    ORDER BY account.id
    FOR NO KEY UPDATE;
    UPDATE public.ledger_account AS account
    SET balance_xp = account.balance_xp + net.change_xp
    FROM unnest(collectors, collector_changes_xp) AS net (account_id, change_xp)
    WHERE account.id = net.account_id;
    GET DIAGNOSTICS updated = ROW_COUNT;
    kept := updated;

    PERFORM FROM public.ledger_account AS account
    WHERE account.id = ANY(shared)
    ORDER BY array_position(ARRAY['shipment', 'season', 'issuance'], account.kind), account.id
    FOR NO KEY UPDATE;
    UPDATE public.ledger_account AS account
    SET balance_xp = account.balance_xp + net.change_xp
    FROM unnest(shared, shared_changes_xp) AS net (account_id, change_xp)
    WHERE account.id = net.account_id;
    GET DIAGNOSTICS updated = ROW_COUNT;
    kept := kept + updated;

    IF kept <> named THEN
        RAISE EXCEPTION 'A transfer names an account that does not exist.'
            USING
                ERRCODE = 'foreign_key_violation',
                TABLE = 'ledger_transfer',
                CONSTRAINT = 'transfer_names_two_accounts',
                DETAIL = format('%s accounts are named and %s balances were kept.', named, kept);
    END IF;
    RETURN NULL;
END
$function$;

-- An account begins with nothing. A CHECK cannot say so, since it holds for later balances too.
CREATE FUNCTION ledger_open_with_zero() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF EXISTS (SELECT FROM opened WHERE opened.balance_xp <> 0) THEN
        RAISE EXCEPTION 'An account begins with no XP; post a transfer to give it some.'
            USING
                ERRCODE = 'check_violation',
                TABLE = 'ledger_account',
                CONSTRAINT = 'account_opens_with_zero';
    END IF;
    RETURN NULL;
END
$function$;

-- A balance changes within the posting trigger only. The depth of nested triggers is counted by the
-- server itself; no session can set it, as it could a variable.
CREATE FUNCTION ledger_refuse_balance() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'A balance is changed by posting a transfer, never by hand.'
            USING
                ERRCODE = 'restrict_violation',
                TABLE = 'ledger_account',
                CONSTRAINT = 'balance_follows_transfers';
    END IF;
    RETURN NULL;
END
$function$;

CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RAISE EXCEPTION 'The ledger only grows: % of % is refused. Post a reversing transfer instead.',
        TG_OP, TG_TABLE_NAME
        USING
            ERRCODE = 'restrict_violation',
            TABLE = TG_TABLE_NAME,
            CONSTRAINT = 'ledger_only_grows';
END
$function$;

CREATE TRIGGER balances_follow_transfers
AFTER INSERT ON ledger_transfer
REFERENCING NEW TABLE AS posted
FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_balances();

CREATE TRIGGER transfers_never_change
BEFORE DELETE OR UPDATE ON ledger_transfer
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

CREATE TRIGGER transfers_never_go
BEFORE TRUNCATE ON ledger_transfer
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

CREATE TRIGGER accounts_open_with_zero
AFTER INSERT ON ledger_account
REFERENCING NEW TABLE AS opened
FOR EACH STATEMENT EXECUTE FUNCTION ledger_open_with_zero();

CREATE TRIGGER balances_change_by_posting
BEFORE UPDATE ON ledger_account
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_balance();

CREATE TRIGGER accounts_never_go
BEFORE DELETE OR TRUNCATE ON ledger_account
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- ALWAYS: a plain trigger sleeps while session_replication_role is replica.
ALTER TABLE ledger_transfer ENABLE ALWAYS TRIGGER balances_follow_transfers;
ALTER TABLE ledger_transfer ENABLE ALWAYS TRIGGER transfers_never_change;
ALTER TABLE ledger_transfer ENABLE ALWAYS TRIGGER transfers_never_go;
ALTER TABLE ledger_account ENABLE ALWAYS TRIGGER accounts_open_with_zero;
ALTER TABLE ledger_account ENABLE ALWAYS TRIGGER balances_change_by_posting;
ALTER TABLE ledger_account ENABLE ALWAYS TRIGGER accounts_never_go;

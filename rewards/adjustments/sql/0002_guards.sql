-- What stands against approving an adjustment, a row for each entry and problem; what is about the whole has
-- no number. The app and the guard below ask the same. Only awards and earlier corrections are taken back,
-- from the collector that has them, into the season's budget that they came from, and never more than they
-- were.
CREATE FUNCTION adjustments_list_problems(asked BIGINT)
RETURNS TABLE (
    number INTEGER,
    problem TEXT,
    has_xp NUMERIC,
    wanted_xp NUMERIC
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    adjustment public.adjustments_adjustment;
    season public.rules_season;
    net_xp NUMERIC;
    granted_xp NUMERIC;
    budget_xp NUMERIC;
BEGIN
    SELECT * INTO STRICT adjustment FROM public.adjustments_adjustment AS known WHERE known.id = asked;
    SELECT * INTO STRICT season FROM public.rules_season AS known WHERE known.id = adjustment.season_id;

    -- The transfer is no award and no correction of this season, or did not come to this collector.
    RETURN QUERY
    SELECT
        entry.number,
        'not_theirs',
        NULL::NUMERIC,
        -entry.amount_xp::NUMERIC
    FROM public.adjustments_entry AS entry
    LEFT JOIN public.registry_wallet AS wallet ON wallet.address = entry.address
    WHERE
        entry.adjustment_id = asked
        AND entry.takes_back <> ''
        AND NOT EXISTS (
            SELECT
            FROM public.ledger_transfer AS transfer
            INNER JOIN public.ledger_account AS debit ON debit.id = transfer.debit_account_id
            INNER JOIN public.ledger_account AS credit ON credit.id = transfer.credit_account_id
            INNER JOIN public.registry_wallet AS paid ON paid.id = credit.holder_id
            LEFT JOIN public.shipments_shipment AS shipment ON shipment.id = transfer.shipment_id
            WHERE
                transfer.key = entry.takes_back
                AND transfer.reason IN ('award', 'grant')
                AND credit.kind = 'collector'
                AND (paid.id = wallet.id OR paid.collector_id = wallet.collector_id)
                AND CASE debit.kind WHEN 'season' THEN debit.holder_id ELSE shipment.season_id END = season.id
        );

    -- More is taken back than there was to take.
    RETURN QUERY
    SELECT
        entry.number,
        'too_much',
        transfer.amount_xp - before.taken_xp,
        of_this.taken_xp
    FROM (
        SELECT
            min(own.number) AS number,
            own.takes_back,
            -sum(own.amount_xp) AS taken_xp
        FROM public.adjustments_entry AS own
        WHERE own.adjustment_id = asked AND own.takes_back <> ''
        GROUP BY own.takes_back
    ) AS of_this
    INNER JOIN public.adjustments_entry AS entry
        ON entry.adjustment_id = asked AND entry.number = of_this.number
    INNER JOIN public.ledger_transfer AS transfer ON transfer.key = of_this.takes_back
    CROSS JOIN LATERAL (
        SELECT coalesce(-sum(other.amount_xp), 0) AS taken_xp
        FROM public.adjustments_entry AS other
        INNER JOIN public.adjustments_adjustment AS made ON made.id = other.adjustment_id
        WHERE other.takes_back = of_this.takes_back AND made.state = 'approved' AND made.id <> asked
    ) AS before
    WHERE of_this.taken_xp > transfer.amount_xp - before.taken_xp;

    -- A collector would go below zero. Those who only get are left out.
    RETURN QUERY
    SELECT
        short.number,
        'short',
        short.balance_xp,
        short.wanted_xp
    FROM (
        SELECT
            min(entry.number) FILTER (WHERE entry.amount_xp < 0) AS number,
            coalesce(min(account.balance_xp), 0)::NUMERIC AS balance_xp,
            -sum(entry.amount_xp) AS wanted_xp
        FROM public.adjustments_entry AS entry
        LEFT JOIN public.registry_wallet AS wallet ON wallet.address = entry.address
        LEFT JOIN public.ledger_account AS account
            ON account.kind = 'collector' AND account.holder_id = coalesce(entry.collector_id, wallet.collector_id)
        WHERE entry.adjustment_id = asked
        GROUP BY coalesce(entry.collector_id, wallet.collector_id, -entry.id)
        HAVING sum(entry.amount_xp) < 0
    ) AS short
    WHERE short.wanted_xp > short.balance_xp;

    -- One collector would be given more than a round may give one.
    RETURN QUERY
    SELECT
        granted.number,
        'collector_limit',
        season.cap_xp_per_collector::NUMERIC,
        granted.amount_xp
    FROM (
        SELECT
            min(entry.number) AS number,
            sum(entry.amount_xp) AS amount_xp
        FROM public.adjustments_entry AS entry
        LEFT JOIN public.registry_wallet AS wallet ON wallet.address = entry.address
        WHERE entry.adjustment_id = asked AND entry.amount_xp > 0
        GROUP BY coalesce(entry.collector_id, wallet.collector_id, -entry.id)
    ) AS granted
    WHERE granted.amount_xp > season.cap_xp_per_collector;

    SELECT
        coalesce(sum(entry.amount_xp), 0),
        coalesce(sum(entry.amount_xp) FILTER (WHERE entry.amount_xp > 0), 0)
    INTO net_xp, granted_xp
    FROM public.adjustments_entry AS entry
    WHERE entry.adjustment_id = asked;

    -- All together would be given more than a round may give.
    IF granted_xp > season.cap_xp_per_shipment THEN
        RETURN QUERY SELECT NULL::INTEGER, 'limit', season.cap_xp_per_shipment::NUMERIC, granted_xp;
    END IF;

    SELECT coalesce(max(account.balance_xp), 0)
    INTO budget_xp
    FROM public.ledger_account AS account
    WHERE account.kind = 'season' AND account.holder_id = season.id;
    IF net_xp > budget_xp THEN
        RETURN QUERY SELECT NULL::INTEGER, 'budget', budget_xp, net_xp;
    END IF;
END
$function$;

-- The life of an adjustment goes one way, whoever pushes. Approvals take turns, so that two of them never
-- take the same award back.
CREATE FUNCTION adjustments_keep_life_cycle() RETURNS TRIGGER LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    obstacle RECORD;
BEGIN
    IF OLD.state IN ('approved', 'cancelled') AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'Correction % is %, and no longer changes. Write another one.', OLD.id, OLD.state
            USING
                ERRCODE = 'restrict_violation',
                TABLE = 'adjustments_adjustment',
                CONSTRAINT = 'adjustment_goes_one_way';
    END IF;
    IF (NEW.id, NEW.author, NEW.created_at, NEW.season_id)
        IS DISTINCT FROM (OLD.id, OLD.author, OLD.created_at, OLD.season_id)
    THEN
        RAISE EXCEPTION 'Who wrote correction %, and for which season, does not change.', OLD.id
            USING ERRCODE = 'restrict_violation', TABLE = 'adjustments_adjustment', CONSTRAINT = 'adjuster_stays';
    END IF;
    IF NEW.state = 'approved' AND OLD.state <> 'approved' THEN
        IF OLD.state <> 'draft' OR NEW.digest <> OLD.digest THEN
            RAISE EXCEPTION 'Correction % is %; it has to be written anew before it is approved.', OLD.id, OLD.state
                USING
                    ERRCODE = 'restrict_violation',
                    TABLE = 'adjustments_adjustment',
                    CONSTRAINT = 'adjustment_goes_one_way';
        END IF;
        PERFORM pg_advisory_xact_lock(4202107);
        SELECT * INTO obstacle FROM public.adjustments_list_problems(NEW.id) LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'Correction % cannot be made as it is: % (entry %).', OLD.id, obstacle.problem, obstacle.number
                USING
                    ERRCODE = 'check_violation',
                    TABLE = 'adjustments_adjustment',
                    CONSTRAINT = 'only_what_was_given_is_taken_back';
        END IF;
    END IF;
    RETURN NEW;
END
$function$;

CREATE TRIGGER adjustment_goes_one_way
BEFORE UPDATE ON adjustments_adjustment
FOR EACH ROW EXECUTE FUNCTION adjustments_keep_life_cycle();
ALTER TABLE adjustments_adjustment ENABLE ALWAYS TRIGGER adjustment_goes_one_way;

CREATE FUNCTION adjustments_refuse_removal() RETURNS TRIGGER LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RAISE EXCEPTION 'A correction stays, made or not: % of % is refused. Cancel it instead.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'adjustments_stay';
END
$function$;

CREATE TRIGGER adjustments_stay
BEFORE DELETE OR TRUNCATE ON adjustments_adjustment
FOR EACH STATEMENT EXECUTE FUNCTION adjustments_refuse_removal();
ALTER TABLE adjustments_adjustment ENABLE ALWAYS TRIGGER adjustments_stay;
CREATE TRIGGER adjustments_stay
BEFORE TRUNCATE ON adjustments_entry
FOR EACH STATEMENT EXECUTE FUNCTION adjustments_refuse_removal();
ALTER TABLE adjustments_entry ENABLE ALWAYS TRIGGER adjustments_stay;

-- Entries are written and removed until the adjustment is approved or cancelled. What an entry says never
-- changes: the approval only adds to whom it went.
CREATE FUNCTION adjustments_keep_entries() RETURNS TRIGGER LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF EXISTS (
        SELECT
        FROM (SELECT DISTINCT changed.adjustment_id FROM changed) AS named
        LEFT JOIN public.adjustments_adjustment AS adjustment ON adjustment.id = named.adjustment_id
        WHERE adjustment.state IS NULL OR adjustment.state NOT IN ('draft', 'sent_back')
    ) THEN
        RAISE EXCEPTION 'The entries of a correction that is closed are frozen: % of % is refused.',
            TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'approved_is_what_is_made';
    END IF;
    RETURN NULL;
END
$function$;

CREATE FUNCTION adjustments_keep_words() RETURNS TRIGGER LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF (
        NEW.id, NEW.adjustment_id, NEW.number, NEW.address, NEW.amount_xp, NEW.takes_back, NEW.reason, NEW.evidence
    ) IS DISTINCT FROM (
        OLD.id, OLD.adjustment_id, OLD.number, OLD.address, OLD.amount_xp, OLD.takes_back, OLD.reason, OLD.evidence
    ) THEN
        RAISE EXCEPTION 'An entry never says something else: correction % is written anew instead.',
            OLD.adjustment_id
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'entries_never_change';
    END IF;
    RETURN NEW;
END
$function$;

CREATE TRIGGER entries_never_change
BEFORE UPDATE ON adjustments_entry
FOR EACH ROW EXECUTE FUNCTION adjustments_keep_words();
CREATE TRIGGER entries_are_written_before_approval
AFTER INSERT ON adjustments_entry REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION adjustments_keep_entries();
CREATE TRIGGER entries_change_before_approval
AFTER UPDATE ON adjustments_entry REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION adjustments_keep_entries();
CREATE TRIGGER entries_are_cleared_before_approval
AFTER DELETE ON adjustments_entry REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION adjustments_keep_entries();
ALTER TABLE adjustments_entry ENABLE ALWAYS TRIGGER entries_never_change;
ALTER TABLE adjustments_entry ENABLE ALWAYS TRIGGER entries_are_written_before_approval;
ALTER TABLE adjustments_entry ENABLE ALWAYS TRIGGER entries_change_before_approval;
ALTER TABLE adjustments_entry ENABLE ALWAYS TRIGGER entries_are_cleared_before_approval;

-- Every change is in the change log; to whom an entry went follows from the approval.
DO $$
DECLARE
    logged RECORD;
BEGIN
    FOR logged IN
        SELECT *
        FROM (
            VALUES
            ('adjustments_adjustment', '''id'''),
            ('adjustments_entry', '''id'', ''collector_id''')
        ) AS tables (name, arguments)
    LOOP
        EXECUTE format(
            'CREATE TRIGGER every_new_row_is_logged AFTER INSERT ON %I '
            'REFERENCING NEW TABLE AS rows_after '
            'FOR EACH STATEMENT EXECUTE FUNCTION staff_log_changes(%s)',
            logged.name, logged.arguments
        );
        EXECUTE format(
            'CREATE TRIGGER every_change_is_logged AFTER UPDATE ON %I '
            'REFERENCING OLD TABLE AS rows_before NEW TABLE AS rows_after '
            'FOR EACH STATEMENT EXECUTE FUNCTION staff_log_changes(%s)',
            logged.name, logged.arguments
        );
        EXECUTE format(
            'CREATE TRIGGER every_removal_is_logged AFTER DELETE ON %I '
            'REFERENCING OLD TABLE AS rows_before '
            'FOR EACH STATEMENT EXECUTE FUNCTION staff_log_changes(%s)',
            logged.name, logged.arguments
        );
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER every_new_row_is_logged', logged.name);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER every_change_is_logged', logged.name);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER every_removal_is_logged', logged.name);
    END LOOP;
END
$$;

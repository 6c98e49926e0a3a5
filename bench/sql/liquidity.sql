-- Lines and awards of one day of listing and bidding in DuckDB's words: the hourly book, listings by their
-- price over the floor, and the best bids of each collection and hour. All orders of the market are in ETH.
CREATE OR REPLACE TEMP TABLE span AS
SELECT
    TIMESTAMP :window_start AS window_start,
    TIMESTAMP :window_end AS window_end;

CREATE OR REPLACE TEMP TABLE live AS
SELECT
    UNNEST(:live_from)::TIMESTAMP AS live_from,
    UNNEST(:live_until)::TIMESTAMP AS live_until;

CREATE OR REPLACE TEMP TABLE resting AS
SELECT
    placed.*,
    maker.collector_id,
    GREATEST(placed.placed_at, window_start) AS starts_at,
    LEAST(COALESCE(placed.ended_at, window_end), window_end) AS ends_at,
    MAX(COALESCE(placed.ended_at, TIMESTAMP '9999-01-01')) OVER (
        PARTITION BY placed.side, maker.collector_id, placed.collection_id, placed.token, placed.trait
        ORDER BY placed.placed_at, placed.order_id, placed.scope
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS stacked_until
FROM facts_order AS placed
INNER JOIN registry_wallet AS maker ON placed.maker_id = maker.id
CROSS JOIN span
WHERE
    placed.placed_at < window_end
    AND (placed.ended_at IS NULL OR (placed.ended_at > window_start AND placed.ended_at > placed.placed_at));

-- Each order in each hour of which it rests for a part.
CREATE OR REPLACE TEMP TABLE hourly AS
SELECT
    resting.order_id,
    resting.scope,
    resting.side,
    resting.collection_id,
    resting.price,
    resting.placed_at,
    resting.starts_at,
    resting.ends_at,
    resting.stacked_until,
    UNNEST(
        RANGE(DATE_TRUNC('hour', starts_at), ends_at, INTERVAL 1 HOUR)
    ) AS hour_at
FROM resting;

CREATE OR REPLACE TEMP TABLE book AS
SELECT
    collection_id,
    hour_at,
    MIN(price) FILTER (WHERE side = 'listing') AS floor_wei
FROM hourly
WHERE starts_at <= hour_at
GROUP BY collection_id, hour_at;

-- What of it has a weight by its price.
CREATE OR REPLACE TEMP TABLE banded AS
SELECT
    hourly.order_id,
    hourly.scope,
    hourly.side,
    hourly.collection_id,
    hourly.price,
    hourly.placed_at,
    hourly.stacked_until,
    hourly.hour_at,
    GREATEST(hourly.starts_at, hourly.hour_at) AS starts_at,
    LEAST(hourly.ends_at, hourly.hour_at + INTERVAL 1 HOUR) AS ends_at,
    CASE
        WHEN hourly.side = 'listing' AND hourly.price * 10000 <= book.floor_wei * 10500 THEN 30000
        WHEN hourly.side = 'listing' AND hourly.price * 10000 <= book.floor_wei * 15000 THEN 10000
        WHEN hourly.side = 'listing' THEN 5000
        WHEN hourly.price * 10000 >= book.floor_wei * 7500 THEN 20000
        WHEN hourly.price * 10000 >= book.floor_wei * 5000 THEN 10000
        ELSE 5000
    END AS weight_bp
FROM hourly
INNER JOIN book ON hourly.collection_id = book.collection_id AND hourly.hour_at = book.hour_at
WHERE
    book.floor_wei > 0
    AND CASE hourly.side
        WHEN 'listing' THEN hourly.price * 10000 <= book.floor_wei * 20000
        ELSE hourly.price * 10000 >= book.floor_wei * 2500
    END;

CREATE OR REPLACE TEMP TABLE weighed AS
SELECT
    order_id,
    scope,
    stacked_until,
    starts_at,
    ends_at,
    weight_bp::HUGEINT * 10000 AS weight
FROM banded
WHERE side = 'listing'
UNION ALL
SELECT
    order_id,
    scope,
    stacked_until,
    starts_at,
    ends_at,
    CASE
        WHEN
            was_there
            AND ROW_NUMBER() OVER (
                PARTITION BY collection_id, hour_at, was_there
                ORDER BY price DESC, placed_at, order_id, scope
            ) <= :best
            THEN weight_bp::HUGEINT * 10000
        ELSE 0
    END AS weight
FROM (
    SELECT
        *,
        GREATEST(starts_at, COALESCE(stacked_until, starts_at)) <= hour_at AS was_there
    FROM banded
    WHERE side = 'bid'
) AS bid;

CREATE OR REPLACE TEMP TABLE summed AS
SELECT
    order_id,
    scope,
    SUM(seconds) FILTER (WHERE weight > 0) AS seconds,
    SUM(seconds * weight) AS weighed_seconds
FROM (
    SELECT
        weighed.order_id,
        weighed.scope,
        weighed.weight,
        DATEDIFF(
            'second',
            GREATEST(weighed.starts_at, live.live_from, COALESCE(weighed.stacked_until, live.live_from)),
            LEAST(weighed.ends_at, live.live_until)
        )::HUGEINT AS seconds
    FROM weighed
    INNER JOIN live ON weighed.starts_at < live.live_until AND weighed.ends_at > live.live_from
) AS stretch
WHERE seconds > 0
GROUP BY order_id, scope;

CREATE OR REPLACE TABLE line AS
WITH reasoned AS (
    SELECT
        resting.*,
        summed.seconds,
        COALESCE(summed.weighed_seconds, 0)
        * CASE resting.side WHEN 'listing' THEN :listing_micro_xp ELSE :bidding_micro_xp END AS numerator,
        CASE
            WHEN DATEDIFF('second', resting.placed_at, resting.ends_at) < :minimum_rest THEN 'rested_too_short'
            WHEN summed.seconds IS NOT NULL THEN NULL
            WHEN summed.order_id IS NOT NULL THEN 'not_among_best'
            WHEN resting.stacked_until >= resting.ends_at THEN 'stacked'
            WHEN
                NOT EXISTS (
                    SELECT 1 FROM live
                    WHERE
                        resting.placed_at < live.live_until
                        AND (resting.ended_at IS NULL OR resting.ended_at > live.live_from)
                )
                THEN 'paused'
            WHEN
                NOT EXISTS (
                    SELECT 1 FROM book
                    WHERE
                        book.collection_id = resting.collection_id
                        AND book.hour_at < resting.ends_at
                        AND book.hour_at + INTERVAL 1 HOUR > resting.starts_at
                        AND book.floor_wei > 0
                )
                THEN 'no_book'
            ELSE 'price_too_far'
        END AS reason
    FROM resting
    LEFT JOIN summed ON resting.order_id = summed.order_id AND resting.scope = summed.scope
),

rounded AS (
    SELECT
        *,
        CASE WHEN reason IS NULL THEN numerator // 360000000000000000 ELSE 0 END AS amount_xp
    FROM reasoned
)

SELECT
    :shipment_id AS shipment_id,
    collector_id,
    CASE side WHEN 'listing' THEN :listing_version ELSE :bidding_version END AS rule_version_id,
    MD5(order_id::VARCHAR || scope::VARCHAR)::UUID AS subject,
    event_id,
    token,
    COALESCE(seconds, 0) AS quantity,
    NULL::INTEGER AS hold_days,
    CASE WHEN reason IS NULL THEN (numerator * 1000000) // 360000000000000000 ELSE 0 END AS base_micro_xp,
    10000 AS boost_bp,
    0 AS cut_xp,
    amount_xp,
    COALESCE(reason, CASE WHEN amount_xp = 0 THEN 'rounds_to_zero' ELSE 'earned' END) AS reason,
    -- Every line of a first round is for its own time.
    :shipment_id AS for_shipment_id,
    0::BIGINT AS earlier_xp
FROM rounded;

CREATE OR REPLACE TABLE award AS
SELECT
    shipment_id,
    collector_id,
    SUM(amount_xp)::BIGINT AS amount_xp
FROM line
GROUP BY shipment_id, collector_id
HAVING SUM(amount_xp) > 0;

-- First in, first out: which units that came into a queue left it with which move. The flow has rows
-- (token, holder, seq, step, incoming, quantity); token and holder make the queue.
-- The units of a queue lie on a line in the order in which they came; those that left are stretches of
-- the same line. Units that left without having come push later arrivals along by as many places, so
-- that they match nothing.
WITH running AS (
    SELECT
        *,
        SUM(CASE WHEN incoming THEN quantity ELSE 0 END) OVER queue AS came,
        SUM(CASE WHEN incoming THEN 0 ELSE quantity END) OVER queue AS went
    FROM ({flow}) AS flow
    WINDOW queue AS (PARTITION BY token, holder ORDER BY seq, step)
),

placed AS (
    SELECT
        *,
        GREATEST(MAX(went - came) OVER (PARTITION BY token, holder ORDER BY seq, step), 0) AS missing,
        MAX(went) OVER (PARTITION BY token, holder) AS gone
    FROM running
),

arrival AS (
    SELECT
        *,
        came - quantity + missing AS low,
        came + missing AS high
    FROM placed
    WHERE incoming
)

SELECT
    arrival.token,
    arrival.seq AS in_seq,
    arrival.step AS in_step,
    departure.seq AS out_seq,
    departure.step AS out_step,
    GREATEST(arrival.low, departure.went - departure.quantity) AS low,
    LEAST(arrival.high, departure.went)
    - GREATEST(arrival.low, departure.went - departure.quantity) AS quantity
FROM arrival
INNER JOIN placed AS departure
    ON
        arrival.token = departure.token
        AND arrival.holder = departure.holder
        AND NOT departure.incoming
        AND departure.went - departure.quantity < arrival.high
        AND arrival.low < departure.went
UNION ALL
SELECT
    token,
    seq,
    step,
    NULL,
    NULL,
    GREATEST(low, gone),
    high - GREATEST(low, gone)
FROM arrival
WHERE high > gone

-- Stretches in which an order rests at one price against one reference, with the weight that gives.
-- A listing's price over the floor is rounded up and a bid's down, exactly. What weighs nothing is left out
-- before anything is counted.
SELECT *
FROM (
    SELECT
        compared.*,
        CASE
            WHEN %(shape)s = 'steps'
                THEN
                    (%(weights_bp)s::INTEGER[])[
                        WIDTH_BUCKET(
                            compared.ratio_bp - CASE %(side)s WHEN 'listing' THEN 1 ELSE 0 END,
                            %(prices_bp)s::NUMERIC[]
                        ) + 1
                    ]
            WHEN
                compared.ratio_bp < (%(prices_bp)s::INTEGER[])[1]
                OR compared.ratio_bp >= (%(prices_bp)s::INTEGER[])[CARDINALITY(%(prices_bp)s::INTEGER[])]
                THEN
                    (%(weights_bp)s::INTEGER[])[
                        WIDTH_BUCKET(
                            compared.ratio_bp - CASE %(side)s WHEN 'listing' THEN 1 ELSE 0 END,
                            %(prices_bp)s::NUMERIC[]
                        ) + 1
                    ]
            ELSE
                (%(band_weights_bp)s::INTEGER[])[compared.band]
                + FLOOR(
                    (
                        (%(band_weights_bp)s::INTEGER[])[compared.band + 1]
                        - (%(band_weights_bp)s::INTEGER[])[compared.band]
                    )
                    * (compared.ratio_bp - (%(prices_bp)s::INTEGER[])[compared.band])
                    / (
                        (%(prices_bp)s::INTEGER[])[compared.band + 1]
                        - (%(prices_bp)s::INTEGER[])[compared.band]
                    )
                )::INTEGER
        END AS weight_bp
    FROM (
        SELECT
            priced.*,
            WIDTH_BUCKET(priced.ratio_bp, %(prices_bp)s::NUMERIC[]) AS band
        FROM (
            SELECT
                price.order_id,
                price.scope,
                price.collection_id,
                price.price_wei,
                GREATEST(price.starts_at, book.starts_at) AS starts_at,
                LEAST(price.ends_at, book.ends_at) AS ends_at,
                CASE %(side)s
                    WHEN 'listing'
                        THEN DIV(price.price_wei * 10000 + book.floor_wei - 1, book.floor_wei)
                    ELSE
                        DIV(
                            price.price_wei * 10000,
                            CASE %(reference)s WHEN 'floor' THEN book.floor_wei ELSE book.top_bid_wei END
                        )
                END AS ratio_bp
            FROM order_price AS price
            INNER JOIN book
                ON
                    price.collection_id = book.collection_id
                    AND price.starts_at < book.ends_at
                    AND price.ends_at > book.starts_at
            WHERE
                price.side = %(side)s
                AND CASE %(reference)s WHEN 'floor' THEN book.floor_wei ELSE book.top_bid_wei END > 0
                AND (%(any_collection)s OR price.collection_id = ANY(%(collections)s::INTEGER[]))
        ) AS priced
    ) AS compared
) AS weighed
WHERE weighed.weight_bp > 0

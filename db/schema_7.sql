-- Schema 7: what the terms of a loss pull at while they are trained with; at how many seeds an
-- experiment is tested.

ALTER TABLE phase ADD COLUMN
    gradient_1 REAL /* of the weighted terms of the loss by the pooled features, of the phase train: the
    root of the mean square over images; NULL where it was not measured */;
ALTER TABLE phase ADD COLUMN gradient_2 REAL;
ALTER TABLE phase ADD COLUMN gradient_3 REAL;

ALTER TABLE phase ADD COLUMN
    cosine_12 REAL /* between two of them: below 0 one undoes what the other does; NULL where one is 0 */;
ALTER TABLE phase ADD COLUMN cosine_13 REAL;
ALTER TABLE phase ADD COLUMN cosine_23 REAL;

CREATE TABLE looks (
    -- At how many seeds the rows of an experiment are tested, where that was laid down.
    experiment INTEGER PRIMARY KEY REFERENCES experiment(id) ON DELETE CASCADE,
    seeds TEXT NOT NULL, -- '3,5,8,12'; 'none': at any number, which was fixed beforehand
    spending TEXT NOT NULL CHECK (spending IN ('obrien-fleming', 'pocock')),
    time REAL NOT NULL, -- when it was laid down
    finished INTEGER NOT NULL -- how many runs of the experiment had finished then
) STRICT;

-- Names that a user's own view may have had already.

CREATE VIEW IF NOT EXISTS term_gradient AS
    -- The gradients by the names of the terms, and which part of all of them together each one is: shares
    -- add up to 1, and that of a term that is overruled is below 0.
    SELECT run, epoch, name, weight,
        CASE position WHEN 1 THEN g1 WHEN 2 THEN g2 ELSE g3 END AS norm,
        CASE position WHEN 1 THEN g1 * (g1 + c12 * g2 + c13 * g3)
            WHEN 2 THEN g2 * (g2 + c12 * g1 + c23 * g3) ELSE g3 * (g3 + c13 * g1 + c23 * g2) END /
            nullif(g1 * (g1 + 2 * c12 * g2) + g2 * (g2 + 2 * c23 * g3) + g3 * (g3 + 2 * c13 * g1), 0)
            AS share
    FROM (SELECT run, epoch, coalesce(gradient_1, 0) AS g1, coalesce(gradient_2, 0) AS g2,
            coalesce(gradient_3, 0) AS g3, coalesce(cosine_12, 0) AS c12,
            coalesce(cosine_13, 0) AS c13, coalesce(cosine_23, 0) AS c23
        FROM phase WHERE phase = 'train' AND gradient_1 IS NOT NULL)
    JOIN term USING (run);

CREATE VIEW IF NOT EXISTS term_cosine AS
    -- Their cosines, by the names of both.
    SELECT run, epoch, a.name, b.name AS other,
        CASE a.position + b.position WHEN 3 THEN cosine_12 WHEN 4 THEN cosine_13 ELSE cosine_23 END
            AS cosine
    FROM phase JOIN term AS a USING (run) JOIN term AS b USING (run)
    WHERE phase = 'train' AND gradient_1 IS NOT NULL AND a.position < b.position;

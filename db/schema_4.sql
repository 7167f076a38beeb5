-- Schema 4: what a backend chose to compute a run by is on record, and whether it may choose again.

CREATE TABLE algorithm (
    -- How each job of a run's net is computed, such as a convolution of one shape; none where its
    -- backend has no choice.
    run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    position INTEGER NOT NULL, -- from 1
    job TEXT NOT NULL,
    method TEXT NOT NULL,
    details TEXT,
    PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

ALTER TABLE run ADD COLUMN
    algorithms_anew INTEGER NOT NULL DEFAULT 0 /* resumed with algorithms that are chosen again, as
    was asked for */;

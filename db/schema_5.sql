-- Schema 5: every way in which a run was trained is on record, and what its files take of the disk.

CREATE TABLE provenance (
    -- What a run was trained with, once for each time that it began or went on. The columns of the
    -- same names in run are those of its last time.
    run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    position INTEGER NOT NULL, -- which time it was, from 1; times that failed before it began are left out
    time REAL NOT NULL,
    epoch INTEGER NOT NULL, -- the first that was trained with it
    host TEXT,
    program TEXT,
    library TEXT,
    device TEXT, -- with its instruction set
    precision TEXT,
    data TEXT, -- the path of the data set
    data_hash TEXT,
    init_hash TEXT, -- of the weights that it began with; NULL for those drawn
    PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

-- Of older runs only the last time is known.
INSERT INTO provenance
    SELECT id, resumed + 1, coalesce(started, created), 1, host, program, library, device, precision,
        (SELECT value FROM run_option WHERE run_option.run = run.id AND name = 'data'), data_hash, NULL
    FROM run WHERE device IS NOT NULL;

ALTER TABLE run ADD COLUMN
    disk_bytes INTEGER /* of the files in its folder of weights, when they last changed; NULL where
    nobody has looked */;

ALTER TABLE run ADD COLUMN
    init_hash TEXT /* fingerprint of the file whose weights it began with; NULL for those drawn */;

-- Schema 3: every run knows its latest change, so that whoever looks again reads only what is new;
-- images and true scores are stored once for all runs on the same split; the file knows which
-- database it is, and paths of weights are relative to its own folder of weights.

CREATE TABLE identity (
    -- One row. The folder of weights carries the same id, so that no two databases share one.
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL -- 128 random bits, hexadecimal
) STRICT;

ALTER TABLE run ADD COLUMN
    last_seen REAL /* when its process last said that it lives; that it does is told by a lock on
    the file `database` in the folder of weights, on the byte of the run's number */;

ALTER TABLE run ADD COLUMN
    anew INTEGER NOT NULL DEFAULT 0 /* resumed from its beginning, as was asked for */;

CREATE TABLE change (
    -- One row: how many changes of runs there have been. A run's latest one is in run.changed.
    id INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL
) STRICT;

INSERT INTO change(id, number) SELECT 1, coalesce(max(id), 0) FROM run;

ALTER TABLE run ADD COLUMN
    changed INTEGER NOT NULL DEFAULT 0 /* which of all changes was its latest: see the table
    change */;

UPDATE run SET changed = id;

CREATE INDEX run_change ON run(changed);

CREATE TRIGGER run_added AFTER INSERT ON run
BEGIN
    UPDATE change SET number = number + 1;
    UPDATE run SET changed = (SELECT number FROM change) WHERE id = NEW.id;
END;

-- Its own update changes the number, so it does not set itself off.
CREATE TRIGGER run_updated AFTER UPDATE ON run
WHEN NEW.changed = OLD.changed
BEGIN
    UPDATE change SET number = number + 1;
    UPDATE run SET changed = (SELECT number FROM change) WHERE id = NEW.id;
END;

CREATE TRIGGER experiment_renamed AFTER UPDATE OF name ON experiment
BEGIN
    UPDATE run SET changed = changed WHERE experiment = NEW.id;
END;

CREATE TABLE split (
    -- The test images that runs were measured on. Goes with the last run that refers to it.
    id INTEGER PRIMARY KEY,
    hash INTEGER NOT NULL -- of its images, to find it by; what is the same is told by the rows
) STRICT;

CREATE INDEX split_hash ON split(hash);

CREATE TABLE split_image (
    split INTEGER NOT NULL REFERENCES split(id) ON DELETE CASCADE,
    place INTEGER NOT NULL, -- that of predictions and ledgers
    image TEXT NOT NULL,
    truth REAL,
    PRIMARY KEY (split, place)
) STRICT, WITHOUT ROWID;

ALTER TABLE run ADD COLUMN
    split INTEGER REFERENCES split(id) /* its test images */;

CREATE INDEX run_split ON run(split);

ALTER TABLE run ADD COLUMN
    classes INTEGER /* that scores were divided into; NULL where the loss has none */;

ALTER TABLE run ADD COLUMN
    precision TEXT /* that it computed in: f32, tf32 or bf16; NULL before it started, and in
    older runs: all f32 */;

CREATE TRIGGER run_deleted AFTER DELETE ON run WHEN OLD.split IS NOT NULL
BEGIN
    DELETE FROM split WHERE id = OLD.split
        AND NOT EXISTS (SELECT 1 FROM run WHERE split = OLD.split);
END;

CREATE TRIGGER run_split_changed AFTER UPDATE OF split ON run WHEN OLD.split IS NOT NEW.split
BEGIN
    DELETE FROM split WHERE id = OLD.split
        AND NOT EXISTS (SELECT 1 FROM run WHERE split = OLD.split);
END;

CREATE VIEW predicted_image AS
    -- What the weights of a checkpoint say of each test image, with its true score.
    SELECT prediction.run, kind, prediction.place, split_image.image, split_image.truth, predicted,
        expectation, predicted_class, true_class
    FROM prediction JOIN run ON run.id = prediction.run
    LEFT JOIN split_image
        ON split_image.split = run.split AND split_image.place = prediction.place;

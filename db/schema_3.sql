-- Schema 3: every run knows its latest change, so that whoever looks again reads only what is new.

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

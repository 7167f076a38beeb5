-- Schema 1. Comments stand inside the statements so that the file keeps them: .schema shows them.

CREATE TABLE experiment (
    -- What groups runs. Made by the first run that names it.
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE run (
    -- One training run. Times are seconds since 1970: datetime(created, 'unixepoch').
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: weight folders carry it
    experiment INTEGER REFERENCES experiment(id),
    name TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'paused',
        'stopped', 'finished', 'diverged', 'failed', 'lost')),
    state_text TEXT, -- why it failed or diverged
    created REAL NOT NULL,
    started REAL,
    ended REAL,

    -- what was asked for; every option is in run_option
    data TEXT NOT NULL, -- the path, then the name the data set turned out to have
    protocol TEXT,
    fold INTEGER,
    backbone TEXT NOT NULL,
    loss TEXT NOT NULL,
    alpha REAL,
    beta REAL,
    gamma REAL,
    image_size INTEGER NOT NULL,
    batch INTEGER NOT NULL,
    epochs INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    learning_rate REAL,
    selected_on TEXT, -- the images on which the best epoch is chosen

    -- the process that owns it while it is running or paused
    host TEXT,
    pid INTEGER,
    pid_start INTEGER, -- clock ticks from boot to its start: a number used again is noticed

    -- where its figures come from
    program TEXT,
    library TEXT,
    device TEXT,
    data_hash TEXT,
    parameters INTEGER,
    train_images INTEGER,
    test_images INTEGER,
    skipped_images INTEGER,

    -- figures of the test images, repeated from epoch and phase so that lists are quick
    epochs_done INTEGER NOT NULL DEFAULT 0,
    best_epoch INTEGER,
    best_mae REAL,
    best_rmse REAL,
    best_pc REAL,
    last_mae REAL,
    last_rmse REAL,
    last_pc REAL,
    images_per_s REAL -- of the last epoch's training phase
) STRICT;

CREATE INDEX run_state ON run(state);
CREATE INDEX run_experiment ON run(experiment);

CREATE TABLE state_change (
    -- The changes of run.state that are allowed; the trigger below holds everybody to them.
    old TEXT NOT NULL,
    new TEXT NOT NULL,
    PRIMARY KEY (old, new)
) STRICT, WITHOUT ROWID;

INSERT INTO state_change(old, new) VALUES
    ('queued', 'running'), ('queued', 'stopped'),
    ('running', 'paused'), ('running', 'stopped'), ('running', 'finished'),
    ('running', 'diverged'), ('running', 'failed'), ('running', 'lost'),
    ('paused', 'running'), ('paused', 'stopped'), ('paused', 'failed'), ('paused', 'lost');

CREATE TRIGGER run_state_allowed BEFORE UPDATE OF state ON run
WHEN NOT EXISTS (SELECT 1 FROM state_change WHERE old = OLD.state AND new = NEW.state)
BEGIN
    SELECT RAISE(ABORT, 'a change of state that the table state_change does not allow');
END;

CREATE TABLE run_option (
    -- Every option of a run as text, in the order of the option table.
    run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run, position),
    UNIQUE (run, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE term (
    -- The terms of a run's loss: total = sum of weight x term.
    run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    position INTEGER NOT NULL CHECK (position BETWEEN 1 AND 3),
    name TEXT NOT NULL,
    weight REAL NOT NULL,
    PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE epoch (
    run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    epoch INTEGER NOT NULL CHECK (epoch >= 1),
    learning_rate REAL,
    time REAL NOT NULL, -- when it was stored
    best INTEGER NOT NULL CHECK (best IN (0, 1)), -- the best so far
    PRIMARY KEY (run, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE phase (
    -- An epoch has two: train and test. Terms are columns, so that a phase is one row to look at and
    -- to store; the view loss_term gives them their names.
    run INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    phase TEXT NOT NULL CHECK (phase IN ('train', 'test')),
    images INTEGER NOT NULL,
    seconds REAL,
    total REAL,
    term_1 REAL, -- unweighted
    term_2 REAL,
    term_3 REAL,
    mae REAL,
    rmse REAL,
    pc REAL, -- Pearson correlation; NULL when predictions are constant
    PRIMARY KEY (run, epoch, phase),
    FOREIGN KEY (run, epoch) REFERENCES epoch(run, epoch) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger (
    -- Every test prediction of every epoch: little-endian float32 in the split's order.
    run INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    scores BLOB NOT NULL CHECK (length(scores) % 4 = 0),
    PRIMARY KEY (run, epoch),
    FOREIGN KEY (run, epoch) REFERENCES epoch(run, epoch) ON DELETE CASCADE
) STRICT;

CREATE TABLE checkpoint (
    run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('best', 'last')),
    epoch INTEGER NOT NULL,
    path TEXT NOT NULL, -- the weight file
    time REAL NOT NULL,
    PRIMARY KEY (run, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE prediction (
    -- What the weights of a checkpoint say of each test image.
    run INTEGER NOT NULL,
    kind TEXT NOT NULL,
    place INTEGER NOT NULL, -- in the test split's order
    image TEXT NOT NULL,
    truth REAL,
    predicted REAL,
    expectation REAL, -- of the class head; NULL without one
    predicted_class INTEGER,
    true_class INTEGER,
    PRIMARY KEY (run, kind, place),
    FOREIGN KEY (run, kind) REFERENCES checkpoint(run, kind) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE log (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    time REAL NOT NULL,
    level TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;

CREATE INDEX log_run ON log(run);

CREATE TABLE verb (
    -- What another process wants of a run; its owner takes the row away.
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    verb TEXT NOT NULL CHECK (verb IN ('pause', 'resume', 'stop', 'checkpoint')),
    time REAL NOT NULL
) STRICT;

CREATE INDEX verb_run ON verb(run);

CREATE TRIGGER verb_too_late AFTER UPDATE OF state ON run
WHEN NEW.state NOT IN ('queued', 'running', 'paused')
BEGIN
    DELETE FROM verb WHERE run = NEW.id;
END;

CREATE TABLE reference (
    -- Published results to compare with.
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    dataset TEXT NOT NULL,
    protocol TEXT NOT NULL,
    model TEXT NOT NULL,
    loss TEXT,
    alpha REAL,
    beta REAL,
    gamma REAL,
    mae REAL,
    rmse REAL,
    pc REAL,
    note TEXT
) STRICT;

CREATE VIEW run_summary AS
    -- The runs, newest first.
    SELECT run.id, experiment.name AS experiment, run.name, state, data, protocol, fold, backbone,
        loss, seed, epochs_done || '/' || epochs AS epochs, best_epoch,
        round(best_mae, 4) AS best_mae, round(best_rmse, 4) AS best_rmse,
        round(best_pc, 4) AS best_pc, round(last_pc, 4) AS last_pc,
        round(images_per_s, 1) AS images_per_s,
        datetime(created, 'unixepoch', 'localtime') AS created,
        round(coalesce(ended, CAST(strftime('%s', 'now') AS REAL)) - started) AS seconds
    FROM run LEFT JOIN experiment ON experiment.id = run.experiment
    ORDER BY run.id DESC;

CREATE VIEW curve AS
    -- An epoch's two phases side by side.
    SELECT epoch.run, epoch.epoch, learning_rate, best, train.total AS train_total,
        train.mae AS train_mae, train.rmse AS train_rmse, train.pc AS train_pc,
        test.total AS test_total, test.mae AS test_mae, test.rmse AS test_rmse, test.pc AS test_pc
    FROM epoch
    LEFT JOIN phase AS train
        ON train.run = epoch.run AND train.epoch = epoch.epoch AND train.phase = 'train'
    LEFT JOIN phase AS test
        ON test.run = epoch.run AND test.epoch = epoch.epoch AND test.phase = 'test';

CREATE VIEW loss_term AS
    -- The terms of the loss by their names.
    SELECT phase.run, phase.epoch, phase.phase, term.name, term.weight,
        CASE term.position WHEN 1 THEN term_1 WHEN 2 THEN term_2 ELSE term_3 END AS value
    FROM phase JOIN term ON term.run = phase.run;

-- Schema 2: evaluation on held-out images, weighted terms, runs that go on after they ended.

DROP VIEW run_summary;
DROP VIEW curve;
DROP VIEW loss_term;

-- A check cannot be changed in place, so the rows move into a new table. Nothing refers to phase.
CREATE TABLE phase_2 (
    -- An epoch's training, and where it was evaluated its test and, with val images held out, its
    -- val. Terms are columns, so that a phase is one row to look at and to store; the view
    -- loss_term gives them their names.
    run INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    phase TEXT NOT NULL CHECK (phase IN ('train', 'val', 'test')),
    images INTEGER NOT NULL,
    seconds REAL,
    total REAL,
    term_1 REAL, -- unweighted
    term_2 REAL,
    term_3 REAL,
    weighted_1 REAL, -- weight x term: they add up to the total
    weighted_2 REAL,
    weighted_3 REAL,
    mae REAL,
    rmse REAL,
    pc REAL, -- Pearson correlation; NULL when predictions are constant
    PRIMARY KEY (run, epoch, phase),
    FOREIGN KEY (run, epoch) REFERENCES epoch(run, epoch) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

INSERT INTO phase_2
    SELECT phase.run, epoch, phase, images, seconds, total, term_1, term_2, term_3,
        term_1 * first.weight, term_2 * second.weight, term_3 * third.weight, mae, rmse, pc
    FROM phase
    LEFT JOIN term AS first ON first.run = phase.run AND first.position = 1
    LEFT JOIN term AS second ON second.run = phase.run AND second.position = 2
    LEFT JOIN term AS third ON third.run = phase.run AND third.position = 3;

DROP TABLE phase;
ALTER TABLE phase_2 RENAME TO phase;

ALTER TABLE run ADD COLUMN
    val_images INTEGER /* held out of training by --select val */;
ALTER TABLE run ADD COLUMN
    resumed INTEGER NOT NULL DEFAULT 0 /* how often it went on after it had ended */;
ALTER TABLE run ADD COLUMN
    earlier_s REAL NOT NULL DEFAULT 0 /* seconds it ran before it was resumed; started and ended
    are of the last time */;

-- Resuming. A finished run has nothing left to do, a diverged one would diverge again.
INSERT INTO state_change(old, new) VALUES
    ('stopped', 'queued'), ('failed', 'queued'), ('lost', 'queued');

CREATE VIEW run_summary AS
    -- The runs, newest first. Figures are of the test images, at the epoch that was the best on
    -- those of selected_on.
    SELECT run.id, experiment.name AS experiment, run.name, state, data, protocol, fold, backbone,
        loss, seed, epochs_done || '/' || epochs AS epochs, selected_on, best_epoch,
        round(best_mae, 4) AS best_mae, round(best_rmse, 4) AS best_rmse,
        round(best_pc, 4) AS best_pc, round(last_pc, 4) AS last_pc,
        round(images_per_s, 1) AS images_per_s,
        datetime(created, 'unixepoch', 'localtime') AS created,
        round(nullif(earlier_s + coalesce(coalesce(ended,
            CAST(strftime('%s', 'now') AS REAL)) - started, 0), 0)) AS seconds,
        resumed
    FROM run LEFT JOIN experiment ON experiment.id = run.experiment
    ORDER BY run.id DESC;

CREATE VIEW curve AS
    -- An epoch's phases side by side; those that were not made are NULL.
    SELECT epoch.run, epoch.epoch, learning_rate, best, train.total AS train_total,
        train.mae AS train_mae, train.rmse AS train_rmse, train.pc AS train_pc,
        test.total AS test_total, test.mae AS test_mae, test.rmse AS test_rmse, test.pc AS test_pc,
        val.total AS val_total, val.mae AS val_mae, val.rmse AS val_rmse, val.pc AS val_pc
    FROM epoch
    LEFT JOIN phase AS train
        ON train.run = epoch.run AND train.epoch = epoch.epoch AND train.phase = 'train'
    LEFT JOIN phase AS val
        ON val.run = epoch.run AND val.epoch = epoch.epoch AND val.phase = 'val'
    LEFT JOIN phase AS test
        ON test.run = epoch.run AND test.epoch = epoch.epoch AND test.phase = 'test';

CREATE VIEW loss_term AS
    -- The terms of the loss by their names.
    SELECT phase.run, phase.epoch, phase.phase, term.name, term.weight,
        CASE term.position WHEN 1 THEN term_1 WHEN 2 THEN term_2 ELSE term_3 END AS value,
        CASE term.position WHEN 1 THEN weighted_1 WHEN 2 THEN weighted_2 ELSE weighted_3 END
            AS weighted
    FROM phase JOIN term ON term.run = phase.run;

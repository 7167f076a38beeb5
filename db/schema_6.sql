-- Schema 6: the queue has an order of its own; runs have tags and a note, can be archived, and go to
-- a trash before they are deleted; runs that were trained elsewhere are marked.

ALTER TABLE run ADD COLUMN
    priority INTEGER NOT NULL DEFAULT 0 /* in the queue: higher ones first, then older ones */;

ALTER TABLE run ADD COLUMN
    archived REAL /* since when lists leave it out; NULL = they don't */;

ALTER TABLE run ADD COLUMN
    deleted REAL /* since when it is in the trash, which `combolab clean` empties; NULL = it is not */;

ALTER TABLE run ADD COLUMN
    note TEXT /* what somebody wrote about it */;

ALTER TABLE run ADD COLUMN
    imported TEXT /* what it was brought in from; NULL = it was trained here */;

-- How many runs lists have, and which, is asked whenever something has changed.
CREATE INDEX run_listed ON run(deleted, archived);

CREATE TABLE tag (
    -- Words by which runs are found again.
    run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (name <> '' AND name NOT GLOB '*[ ,+!]*'),
    PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER tag_added AFTER INSERT ON tag
BEGIN
    UPDATE run SET changed = changed WHERE id = NEW.run;
END;

CREATE TRIGGER tag_removed AFTER DELETE ON tag
BEGIN
    UPDATE run SET changed = changed WHERE id = OLD.run;
END;

CREATE TABLE origin (
    -- Which run of which database this is that `combolab merge` brought in. With the time when it was
    -- made, which copies of a database that went their own ways differ in, this tells a run anywhere;
    -- one without a row is of this database, by its own number.
    run INTEGER PRIMARY KEY REFERENCES run(id) ON DELETE CASCADE,
    database TEXT NOT NULL, -- identity.id of the one that it was first launched in
    number INTEGER NOT NULL, -- its own there
    content INTEGER NOT NULL -- fingerprint of its state, epochs and weights when it was last merged
) STRICT;

CREATE INDEX origin_number ON origin(database, number);

-- What is in the trash is not trained, whoever asks.
CREATE TRIGGER run_deleted_rests BEFORE UPDATE OF state ON run
WHEN NEW.deleted IS NOT NULL AND NEW.state IN ('queued', 'running')
BEGIN
    SELECT RAISE(ABORT, 'a run in the trash cannot be queued or trained');
END;

CREATE TRIGGER run_training_stays BEFORE UPDATE OF deleted ON run
WHEN NEW.deleted IS NOT NULL AND NEW.state IN ('running', 'paused')
BEGIN
    SELECT RAISE(ABORT, 'a run that is trained cannot go to the trash');
END;

-- Views that list runs leave out those in the trash.

DROP VIEW IF EXISTS run_summary;
DROP VIEW IF EXISTS run_best;
DROP VIEW IF EXISTS run_mean;
DROP VIEW IF EXISTS run_alike;

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
        resumed, (SELECT group_concat(name, ' ') FROM tag WHERE tag.run = run.id) AS tags, note,
        imported
    FROM run LEFT JOIN experiment ON experiment.id = run.experiment
    WHERE deleted IS NULL
    ORDER BY run.id DESC;

CREATE VIEW run_best AS
    -- Each run's best epoch, with the figures of its test images.
    SELECT run.id AS run, experiment.name AS experiment, run.name, state, data, protocol, fold,
        backbone, loss, alpha, beta, gamma, seed, selected_on, best_epoch AS epoch,
        best_mae AS mae, best_rmse AS rmse, best_pc AS pc, imported
    FROM run LEFT JOIN experiment ON experiment.id = run.experiment
    WHERE best_epoch IS NOT NULL AND deleted IS NULL;

CREATE VIEW run_alike AS
    -- A run's options as one text, which runs share that differ in nothing but the seed, or the
    -- fold, and in what changes no figure. Another seed has the same data, another fold has not.
    SELECT run, group_concat(iif(name = 'seed', NULL, name || '=' || value), ' ') || ' ' ||
            coalesce((SELECT data_hash FROM run AS its WHERE its.id = listed.run), '') AS but_seed,
        group_concat(iif(name = 'fold', NULL, name || '=' || value), ' ') AS but_fold
    FROM (SELECT run, name, value FROM run_option
        WHERE name NOT IN ('name', 'cache', 'image-memory', 'save-every', 'keep',
            'keep-checkpoints', 'threads', 'trace', 'preset')
            AND run IN (SELECT id FROM run WHERE deleted IS NULL)
        ORDER BY run, position) AS listed
    GROUP BY run;

CREATE VIEW run_mean AS
    -- Means and standard deviations of best figures, across the seeds or the folds of runs that
    -- are alike otherwise: of the finished ones; how many others there are is said.
    SELECT across, min(run) AS run, experiment, data, protocol, iif(across = 'seed', fold, NULL)
        AS fold, iif(across = 'fold', seed, NULL) AS seed, backbone, loss, alpha, beta, gamma,
        count(pc) AS runs, count(*) - count(pc) AS others,
        avg(mae) AS mae, sqrt(sum((mae - mean_mae) * (mae - mean_mae)) / (count(mae) - 1)) AS mae_sd,
        avg(rmse) AS rmse,
        sqrt(sum((rmse - mean_rmse) * (rmse - mean_rmse)) / (count(rmse) - 1)) AS rmse_sd,
        avg(pc) AS pc, sqrt(sum((pc - mean_pc) * (pc - mean_pc)) / (count(pc) - 1)) AS pc_sd
    FROM (SELECT *, avg(mae) OVER same AS mean_mae, avg(rmse) OVER same AS mean_rmse,
            avg(pc) OVER same AS mean_pc
        FROM (SELECT across, same_for, run.id AS run, experiment.name AS experiment, data, protocol,
                fold, seed, backbone, loss, alpha, beta, gamma,
                iif(state = 'finished', best_mae, NULL) AS mae,
                iif(state = 'finished', best_rmse, NULL) AS rmse,
                iif(state = 'finished', best_pc, NULL) AS pc
            FROM (SELECT 'seed' AS across, run, but_seed AS same_for FROM run_alike
                UNION ALL SELECT 'fold', run, but_fold FROM run_alike) AS kin
            JOIN run ON run.id = kin.run LEFT JOIN experiment ON experiment.id = run.experiment)
        WINDOW same AS (PARTITION BY across, same_for))
    GROUP BY across, same_for;

-- Names that a user's own view may have had already.

CREATE VIEW IF NOT EXISTS ablation AS
    -- Means and sample standard deviations over the runs of an experiment that have the same data,
    -- protocol, backbone, loss, weights and selection: of the finished ones; how many others there
    -- are is said. The figures are of the test images at the best epoch, and at the last one.
    SELECT experiment, data, protocol, backbone, loss, alpha, beta, gamma, selected_on,
        count(pc) AS runs, count(*) - count(pc) AS others,
        count(DISTINCT iif(pc IS NULL, NULL, seed)) AS seeds,
        count(DISTINCT iif(pc IS NULL, NULL, fold)) AS folds,
        avg(mae) AS mae, sqrt(sum((mae - mae_0) * (mae - mae_0)) / (count(mae) - 1)) AS mae_sd,
        avg(rmse) AS rmse,
        sqrt(sum((rmse - rmse_0) * (rmse - rmse_0)) / (count(rmse) - 1)) AS rmse_sd,
        avg(pc) AS pc, sqrt(sum((pc - pc_0) * (pc - pc_0)) / (count(pc) - 1)) AS pc_sd,
        avg(last_mae) AS last_mae, sqrt(sum((last_mae - last_mae_0) * (last_mae - last_mae_0))
            / (count(last_mae) - 1)) AS last_mae_sd,
        avg(last_rmse) AS last_rmse, sqrt(sum((last_rmse - last_rmse_0) * (last_rmse - last_rmse_0))
            / (count(last_rmse) - 1)) AS last_rmse_sd,
        avg(last_pc) AS last_pc, sqrt(sum((last_pc - last_pc_0) * (last_pc - last_pc_0))
            / (count(last_pc) - 1)) AS last_pc_sd
    FROM (SELECT *, avg(mae) OVER cell AS mae_0, avg(rmse) OVER cell AS rmse_0,
            avg(pc) OVER cell AS pc_0, avg(last_mae) OVER cell AS last_mae_0,
            avg(last_rmse) OVER cell AS last_rmse_0, avg(last_pc) OVER cell AS last_pc_0
        FROM (SELECT experiment.name AS experiment, coalesce(known.name, data) AS data, protocol,
                backbone, loss, alpha, beta, gamma, selected_on, seed, fold,
                iif(state = 'finished', best_mae, NULL) AS mae,
                iif(state = 'finished', best_rmse, NULL) AS rmse,
                iif(state = 'finished', best_pc, NULL) AS pc,
                iif(state = 'finished', last_mae, NULL) AS last_mae,
                iif(state = 'finished', last_rmse, NULL) AS last_rmse,
                iif(state = 'finished', last_pc, NULL) AS last_pc
            FROM run LEFT JOIN experiment ON experiment.id = run.experiment
            -- A run that has not begun has its data's path, which others have given a name.
            LEFT JOIN (SELECT value AS path, max(data) AS name FROM run JOIN run_option
                    ON run_option.run = run.id AND run_option.name = 'data'
                    WHERE started IS NOT NULL GROUP BY value) AS known
                ON run.started IS NULL AND known.path = run.data
            WHERE deleted IS NULL)
        WINDOW cell AS (PARTITION BY experiment, data, protocol, backbone, loss, alpha, beta, gamma,
            selected_on))
    GROUP BY experiment, data, protocol, backbone, loss, alpha, beta, gamma, selected_on;

CREATE VIEW IF NOT EXISTS best_epoch AS
    -- The view run_best by another name.
    SELECT * FROM run_best;

CREATE VIEW IF NOT EXISTS option_diff AS
    -- The view run_difference by another name.
    SELECT * FROM run_difference;

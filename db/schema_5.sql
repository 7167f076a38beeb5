-- Schema 5: every way in which a run was trained is on record, and what its files take of the disk;
-- figures in options are in their shortest ordinary form.

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

CREATE TABLE passed_over (
    -- Numbers that no run of this file has had: there were files of theirs already, of runs that a copy put
    -- back has forgotten.
    first INTEGER PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT;

ALTER TABLE run ADD COLUMN
    disk_bytes INTEGER /* of the files in its folder of weights, when they last changed; NULL where
    nobody has looked */;

ALTER TABLE run ADD COLUMN
    init_hash TEXT /* fingerprint of the file whose weights it began with; NULL for those drawn */;

-- Figures as they have been written since: 30, not 3e+01; 1e-5, not 1e-05.
UPDATE run_option SET value = CAST(CAST(value AS REAL) AS INTEGER)
    WHERE type = 'real' AND value GLOB '*e+*' AND abs(CAST(value AS REAL)) < 1e15;
UPDATE run_option SET value = replace(replace(value, 'e+', 'e'), 'e-0', 'e-')
    WHERE type = 'real' AND (value GLOB '*e+*' OR value GLOB '*e-0*');

-- Views for questions that are asked often: combolab-db(5) has examples.

DROP VIEW predicted_image;

CREATE VIEW predicted_image AS
    -- What the weights of a checkpoint say of each test image, with its true score.
    SELECT prediction.run, kind, prediction.place, split_image.image, split_image.truth, predicted,
        predicted - split_image.truth AS error, expectation, predicted_class, true_class
    FROM prediction JOIN run ON run.id = prediction.run
    LEFT JOIN split_image
        ON split_image.split = run.split AND split_image.place = prediction.place;

CREATE VIEW run_best AS
    -- Each run's best epoch, with the figures of its test images.
    SELECT run.id AS run, experiment.name AS experiment, run.name, state, data, protocol, fold,
        backbone, loss, alpha, beta, gamma, seed, selected_on, best_epoch AS epoch,
        best_mae AS mae, best_rmse AS rmse, best_pc AS pc
    FROM run LEFT JOIN experiment ON experiment.id = run.experiment
    WHERE best_epoch IS NOT NULL;

CREATE VIEW last_term AS
    -- The terms of the loss at the last epoch that has the phase.
    SELECT loss_term.*
    FROM (SELECT run, phase, max(epoch) AS epoch FROM phase GROUP BY run, phase) AS latest
    JOIN loss_term USING (run, epoch, phase);

CREATE VIEW run_setting AS
    -- What a run's figures depend on: its options, and columns of run that say what came of them.
    SELECT run, name, value FROM run_option
    UNION ALL SELECT id, 'run.program', program FROM run
    UNION ALL SELECT id, 'run.library', library FROM run
    UNION ALL SELECT id, 'run.device', device FROM run
    UNION ALL SELECT id, 'run.precision', precision FROM run
    UNION ALL SELECT id, 'run.data_hash', data_hash FROM run
    UNION ALL SELECT id, 'run.init_hash', init_hash FROM run;

CREATE VIEW run_difference AS
    -- Settings in which two runs differ; NULL where one of them has none of that name.
    SELECT a.id AS run, b.id AS other, names.name, x.value, y.value AS other_value
    FROM run AS a JOIN run AS b JOIN (SELECT DISTINCT name FROM run_setting) AS names
    LEFT JOIN run_setting AS x ON x.run = a.id AND x.name = names.name
    LEFT JOIN run_setting AS y ON y.run = b.id AND y.name = names.name
    WHERE x.value IS NOT y.value;

CREATE VIEW run_alike AS
    -- A run's options as one text, which runs share that differ in nothing but the seed, or the
    -- fold, and in what changes no figure. Another seed has the same data, another fold has not.
    SELECT run, group_concat(iif(name = 'seed', NULL, name || '=' || value), ' ') || ' ' ||
            coalesce((SELECT data_hash FROM run AS its WHERE its.id = listed.run), '') AS but_seed,
        group_concat(iif(name = 'fold', NULL, name || '=' || value), ' ') AS but_fold
    FROM (SELECT run, name, value FROM run_option
        WHERE name NOT IN ('name', 'cache', 'image-memory', 'save-every', 'keep',
            'keep-checkpoints', 'threads', 'trace')
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

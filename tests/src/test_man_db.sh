#!/bin/sh
# combolab-db(5): it has every table, view and column of a database with its type and unit, and its
# examples run on the database of a small training.
page=$TOP_SRCDIR/man/combolab-db.5
combolab=${TOP_BUILDDIR:?is the folder that combolab was built in}/combolab
. "$TOP_SRCDIR/tests/kit/tap.sh"
command -v sqlite3 >/dev/null 2>&1 || skip_all "sqlite3 is not installed"
if ! "$combolab" devices --format csv 2>/dev/null | grep -q '^cpu,[^,]'; then
    skip_all "no CPU backend in this build"
fi
dir=$(mktemp -d "${TMPDIR:-/tmp}/combolab-man-db-XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
db=$dir/runs.db
XDG_CACHE_HOME=$dir/cache
export XDG_CACHE_HOME

why() {
    tail -n 20 "$dir/err"
}

train() {
    "$combolab" -D "$db" train -q --data "$dir/set" --image-size 32 --batch 8 --epochs 2 \
        --threads 1 --learning-rate 0.001 "$@" >"$dir/out" 2>>"$dir/err"
}

"$combolab" synth "$dir/set" --count 40 --size 32 --threads 1 -q >"$dir/out" 2>"$dir/err" &&
    train --loss l1,combo --seed 1,2 && train --protocol fold --fold 1,2 --loss l1
result $? 'six runs are trained'

# --- what there is: "run created REAL" ---

sqlite3 -readonly -separator ' ' "$db" "SELECT made.name, columns.name, columns.type
    FROM sqlite_schema AS made JOIN pragma_table_info(made.name) AS columns
    WHERE made.type IN ('table', 'view') AND made.name NOT LIKE 'sqlite_%'" >"$dir/there" 2>"$dir/err"
[ "$(wc -l <"$dir/there")" -gt 100 ]
result $? 'a database has tables and columns'

# The columns of the page, each with its type and unit: ".It Va started , ended Pq REAL, seconds since 1970".
awk '/^\.S[hs] /{ table = $2 }
    /^\.It Va /{
        names = $0
        sub(/^\.It Va /, "", names)
        about = names
        sub(/ Pq .*/, "", names)
        sub(/.* Pq /, "", about)
        type = about
        sub(/,.*/, "", type)
        unit = index(about, ", ") ? substr(about, index(about, ", ") + 2) : ""
        n = split(names, name, " , ")
        for (i = 1; i <= n; i++)
            print table, name[i], type, unit
    }' "$page" >"$dir/said"

# SQLite knows no type of an expression: there the page alone says one.
awk 'NR == FNR { there[$1 " " $2] = $3; next }
    !(($1 " " $2) in there) { print $1 "." $2 " is on the page alone"; next }
    seen[$1 " " $2]++ { print $1 "." $2 " is there twice" }
    there[$1 " " $2] != "" && there[$1 " " $2] != $3 { print $1 "." $2 " is " there[$1 " " $2] }
    END { for (column in there) if (!seen[column]) print column " is not on the page" }' \
    "$dir/there" "$dir/said" >"$dir/wrong"
[ -s "$dir/said" ] && [ ! -s "$dir/wrong" ]
result $? 'the page has every table, view and column with its type' "$(cat "$dir/wrong")"

awk 'NR == FNR { if (/^\.S[hs] /) units = $0 == ".Sh UNITS"
        else if (units && sub(/^\.It /, "")) unit[$0] = 1
        next }
    { type = $3; name = $1 "." $2; $1 = $2 = $3 = ""; sub(/^ +/, "") }
    type != "TEXT" && type != "BLOB" && !($0 in unit) { print name ": the unit \"" $0 "\"" }' \
    "$page" "$dir/said" >"$dir/wrong"
[ ! -s "$dir/wrong" ]
result $? 'every figure has a unit that the page explains' "$(cat "$dir/wrong")"

grep -q "^This page describes schema $(sqlite3 -readonly "$db" 'PRAGMA user_version')," "$page"
result $? 'the page is of this schema'

# --- examples ---

awk -v dir="$dir" '/^\.Sh /{ kind = $2 == "EXAMPLES" ? ".sql" : ".py" }
    /^\.Bd /{ file = dir "/example-" sprintf("%02d", ++n) kind; next }
    /^\.Ed/{ file = ""; next }
    file { print >file }' "$page"
[ "$(ls "$dir"/example-*.sql | wc -l)" -ge 10 ]
result $? 'there are at least ten examples'
for example in "$dir"/example-*.sql; do
    "$combolab" -D "$db" sql --file "$example" >"$dir/out" 2>"$dir/err" && [ "$(wc -l <"$dir/out")" -gt 1 ]
    result $? "$(tr -s '\n ' ' ' <"$example")"
    # What has functions of the program's own is the program's alone.
    grep -Eq 'ledger_|median|stdev|pearson' "$example" && continue
    sqlite3 -readonly -bail "$db" <"$example" >"$dir/out" 2>"$dir/err" && [ -s "$dir/out" ]
    result $? 'with sqlite3 too'
done

# --- figures of the views, counted otherwise ---

is() { # SQL, what
    [ "$(sqlite3 -readonly "$db" "$1" 2>"$dir/err")" = 1 ]
    result $? "$2"
}

is "SELECT count(*) = 2 AND min(runs) = 2 AND max(others) = 0 FROM run_mean
    WHERE across = 'seed' AND runs > 1" 'two losses, with two seeds each'
is "SELECT count(*) = 1 AND min(runs) = 2 AND min(fold) IS NULL FROM run_mean
    WHERE across = 'fold' AND runs > 1" 'one loss with two folds'
is "SELECT abs(mae - (a.best_mae + b.best_mae) / 2) < 1e-9 AND
        abs(mae_sd - abs(a.best_mae - b.best_mae) / sqrt(2)) < 1e-9
    FROM run_mean JOIN run AS a ON a.id = 1 JOIN run AS b ON b.id = 2
    WHERE across = 'seed' AND run_mean.run = 1" 'mean and deviation of two runs'
is "SELECT group_concat(name || value || other_value, ' ') = 'seed12' FROM run_difference
    WHERE run = 1 AND other = 2" 'two seeds differ in their seed alone'
is "SELECT count(*) = 3 AND sum(runs) = 6 AND sum(others) = 0 AND max(folds) = 2 FROM ablation" 'three cells of two runs each'
is "SELECT abs(mae - (a.best_mae + b.best_mae) / 2) < 1e-9 AND
        abs(last_pc_sd - abs(a.last_pc - b.last_pc) / sqrt(2)) < 1e-9 AND seeds = 2
    FROM ablation JOIN run AS a ON a.id = 1 JOIN run AS b ON b.id = 2
    WHERE ablation.loss = 'l1' AND folds = 0" 'with means and deviations over seeds'
is "SELECT (SELECT count(*) FROM best_epoch) = 6 AND (SELECT count(*) FROM option_diff) =
        (SELECT count(*) FROM run_difference)" 'views by their other names'
is "SELECT abs(sum(weighted) - total) < 1e-6 FROM last_term JOIN phase USING (run, epoch, phase)
    WHERE run = 3 AND phase = 'test'" 'the last terms add up to the loss'

is "SELECT count(*) > 6 AND max(abs(total - 1)) < 1e-9 FROM
    (SELECT sum(share) AS total FROM term_gradient GROUP BY run, epoch)" 'shares of terms make 1'
is "SELECT count(*) = 3 AND min(cosine) >= -1 AND max(cosine) <= 1 FROM term_cosine WHERE run = 3 AND epoch = 2" 'three terms have three cosines'
"$combolab" -D "$db" show 3 --gradients --format csv >"$dir/out" 2>"$dir/err" && [ "$(wc -l <"$dir/out")" -eq 3 ] &&
    "$combolab" -D "$db" show 3 --gradients >"$dir/out" 2>>"$dir/err" && grep -q '^in words .* steers: 0\.' "$dir/out" &&
    "$combolab" -D "$db" curves 3 --metric expectation_classification_cosine >"$dir/out" 2>>"$dir/err"
result $? 'which are shown, said and drawn' "$(cat "$dir/err" "$dir/out")"

# --- a run by a script ---

if command -v python3 >/dev/null 2>&1; then
    python3 "$dir"/example-*.py "$db" >"$dir/out" 2>"$dir/err" &&
        "$combolab" -D "$db" show last --epochs --format csv >"$dir/out" 2>>"$dir/err" &&
        [ "$(wc -l <"$dir/out")" -eq 4 ] && "$combolab" -D "$db" runs --filter tag:imported >"$dir/out" &&
        grep -q '^ *7 .*finished .*mine .*wing .*0\.8600' "$dir/out"
    result $? 'the script of the page adds a run'
    is "SELECT experiment = 'losses' AND epoch = 2 AND pc = 0.86 AND imported = 'train.py' FROM run_best
        WHERE run = 7" 'which is in the views as others are'
    ! "$combolab" -D "$db" resume 7 >"$dir/out" 2>"$dir/err" && grep -q 'was imported from train.py' "$dir/err"
    result $? 'and is not resumed'
else
    skip 'python3 is not installed'
fi
tap_done

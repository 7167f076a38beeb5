#!/bin/sh
# combolab sql: statements from everywhere, formats, limits, what is refused, Ctrl-C, and a million
# rows in little memory.
combolab=${TOP_BUILDDIR:?is the folder that combolab was built in}/combolab
. "$TOP_SRCDIR/tests/kit/tap.sh"
dir=$(mktemp -d "${TMPDIR:-/tmp}/combolab-sql-XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
db=$dir/runs.db
many='WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 1000000)
    SELECT x, x * 0.5 AS half, '"'row ' || x AS name FROM n"
endless='WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n'

why() {
    head -n 20 "$dir/out" "$dir/err"
}

sql() {
    "$combolab" -D "$db" sql "$@" >"$dir/out" 2>"$dir/err"
}

"$TOP_BUILDDIR/tests/src/cli_db" "$db" >"$dir/made" 2>&1
result $? 'a database is made'

# --- statements ---

sql 'SELECT 1 AS one, NULL AS none, 2.5 AS more' && [ "$(cat "$dir/out")" = 'one  none  more
  1         2.5' ] && [ ! -s "$dir/err" ]
result $? 'an argument'
printf 'SELECT 1;\n.help\nSELECT 2' >"$dir/file.sql"
sql --file "$dir/file.sql" && grep -q '^.tables ' "$dir/out" && [ "$(tail -n 1 "$dir/out")" -eq 2 ]
result $? 'a file, with several statements'
"$combolab" -D "$db" sql <"$dir/file.sql" >"$dir/out2" 2>"$dir/err" && cmp -s "$dir/out" "$dir/out2"
result $? 'standard input'
echo 'SELECT 7' | sql --file - && [ "$(tail -n 1 "$dir/out")" -eq 7 ]
result $? 'standard input by its sign'
sql .tables && grep -q '^run  *table  *[0-9][0-9]  One training run$' "$dir/out" &&
    grep -q '^run_best  *view ' "$dir/out"
result $? '.tables says what there is'
sql '.schema run_best' && [ "$(head -n 1 "$dir/out")" = 'CREATE VIEW run_best AS' ] &&
    tail -n 1 "$dir/out" | grep -q ';$'
result $? '.schema can be read'
sql --limit 3 "$many" && [ "$(wc -l <"$dir/out")" -eq 4 ] && grep -q '^the first 3 rows' "$dir/err"
result $? 'a limit, and that there is more'
sql --quiet --limit 3 "$many" && [ ! -s "$dir/err" ]
result $? 'quietly'

# --- formats ---

"$combolab" -D "$db" --format csv sql "SELECT 'a,b' AS x, NULL AS y, x'00ff' AS z" >"$dir/out" 2>"$dir/err"
[ "$(tr -d '\r' <"$dir/out")" = "x,y,z
\"a,b\",,x'00ff'" ]
result $? 'CSV'
"$combolab" -D "$db" --format json sql 'SELECT 1 AS x; SELECT 2' >"$dir/out" 2>"$dir/err"
[ $? -eq 1 ] && [ ! -s "$dir/out" ] && grep -q 'only --format table holds more than one' "$dir/err"
result $? 'JSON holds one table'
"$combolab" -D "$db" --format json sql "SELECT 1 AS x, '' AS y, NULL AS z" >"$dir/out" 2>"$dir/err"
grep -q '{"x": 1, "y": "", "z": null}' "$dir/out"
result $? 'JSON'
sql "SELECT char(27) || '[31m' || char(155) AS x" && ! grep -q "$(printf '\033')" "$dir/out"
result $? 'no control character comes through'

# --- mistakes ---

sql 'SELECT 1; SELECT nope FROM run'
[ $? -eq 1 ] && [ ! -s "$dir/out" ] && [ "$(cat "$dir/err")" = 'combolab: no such column: nope
  SELECT 1; SELECT nope FROM run
                   ^' ]
result $? 'a mistake has its place marked, and nothing has run'
printf 'SELECT 1,\n  2 FORM run\n' >"$dir/file.sql"
sql --file "$dir/file.sql"
[ $? -eq 1 ] && [ "$(sed -n 2,3p "$dir/err")" = '    2 FORM run
           ^' ]
result $? 'in its line'
sql 'DELETE FROM run'
[ $? -eq 1 ] && grep -q 'DELETE is refused: statements here only read' "$dir/err" &&
    sql 'SELECT count(*) > 0 FROM run' && [ "$(tail -n 1 "$dir/out")" -eq 1 ]
result $? 'nothing is written'
sql ''
[ $? -eq 1 ] && grep -q 'there is no statement' "$dir/err"
result $? 'an empty statement'
sql --file "$dir/file.sql" 'SELECT 1'
[ $? -eq 2 ] && grep -q 'not both' "$dir/err"
result $? 'two sources'
printf 'SELECT\0 1' >"$dir/file.sql"
sql --file "$dir/file.sql"
[ $? -eq 1 ] && grep -q 'holds a NUL' "$dir/err"
result $? 'a file that is no text'
sql --timeout 0.2 "$endless LIMIT 1 OFFSET 1000000000000"
[ $? -eq 1 ] && grep -q 'took longer than 0.2 s' "$dir/err"
result $? 'a statement that takes too long'
if [ -c /dev/full ]; then
    "$combolab" -D "$db" sql "$many" >/dev/full 2>"$dir/err"
    [ $? -eq 1 ] && grep -q 'standard output cannot be written' "$dir/err"
    result $? 'a full disk ends it'
fi

# --- Ctrl-C ---

for format in json csv table; do
    rm -f "$dir/out" "$dir/err"
    "$combolab" -D "$db" --format $format sql "$endless" >"$dir/out" 2>"$dir/err" &
    pid=$!
    tries=0
    until [ -s "$dir/out" ] || [ $tries -eq 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    kill -INT $pid
    wait $pid
    status=$?
    [ $status -eq 130 ] && grep -q 'rows in .*, then cancelled' "$dir/err"
    result $? "Ctrl-C ends a statement, in $format"
    [ $format = json ] || continue
    [ "$(tail -n 1 "$dir/out")" = ']' ] && tail -n 2 "$dir/out" | head -n 1 | grep -q '^ {"x": [0-9]*}$'
    result $? 'and what came is complete'
done

# --- memory: 24 MiB of address space beyond what one row takes ---

address_space() { # statement, KiB: it runs within so much
    (ulimit -v "$2" && "$combolab" -D "$db" --format csv sql "$1" >"$dir/out" 2>"$dir/err")
}
least=20000
until address_space 'SELECT 1' $least || [ $least -gt 2000000 ]; do
    least=$((least * 5 / 4))
done
if [ $least -gt 2000000 ]; then
    skip 'memory cannot be limited for this build' # AddressSanitizer reserves terabytes
else
    address_space "$many" $((least + 24576)) && [ "$(wc -l <"$dir/out")" -eq 1000001 ]
    result $? 'a million rows take no more memory than one'
fi
tap_done

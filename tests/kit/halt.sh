# halt.sh - for tests in shell: a run that is halted.

# Halts a process, but not while it writes to the database: nobody else could then.
halts() { # database, process
    kill -STOP "$2" || return
    while command -v sqlite3 >/dev/null && ! sqlite3 "$1" 'BEGIN IMMEDIATE; ROLLBACK' 2>/dev/null; do
        kill -CONT "$2"
        sleep 0.05
        kill -STOP "$2" || return
    done
}

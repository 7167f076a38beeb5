# screen.sh - the program in a real terminal (tmux), for shell tests, which source it after tap.sh. Skips the
# test where there is no tmux or no CPU backend; makes $dir with a cache, and removes it at the end.
combolab=$TOP_BUILDDIR/combolab
if ! command -v tmux >/dev/null 2>&1; then
    skip_all "tmux is not installed"
fi
if ! "$combolab" devices --format csv 2>/dev/null | grep -q '^cpu,[^,]'; then
    skip_all "no CPU backend in this build"
fi
dir=$(mktemp -d "${TMPDIR:-/tmp}/combolab-tmux-XXXXXX") || exit 1
db=$dir/runs.db
socket=combolab-$$
XDG_CACHE_HOME=$dir/cache
XDG_STATE_HOME=$dir/state
XDG_CONFIG_HOME=$dir/config
OMP_NUM_THREADS=1
LC_ALL=C.UTF-8
export XDG_CACHE_HOME XDG_STATE_HOME XDG_CONFIG_HOME OMP_NUM_THREADS LC_ALL
unset TMUX NO_COLOR
mkdir -p "$dir/config/combolab"
echo 'layout = no' >"$dir/config/combolab/config" # a screen begins as on a new database
end=$(($(date +%s) + 200)) # all waiting together; sanitizers are slow

tm() {
    tmux -L "$socket" -f /dev/null "$@"
}

leave() {
    tm kill-server 2>/dev/null
    rm -rf "$dir"
}
trap leave EXIT
trap 'exit 1' HUP INT TERM

screen() {
    tm capture-pane -p -t combolab 2>/dev/null
}

why() {
    screen | sed 's/^/|/'
}

# Waits until the screen shows a pattern.
shows() { # pattern, what
    while ! screen | grep -q -e "$1"; do
        if [ "$(date +%s)" -ge $end ]; then
            result 1 "$2"
            return 1
        fi
        sleep 0.05
    done
    result 0 "$2"
}

key() {
    tm send-keys -t combolab "$@"
}

terminal() {
    tm list-panes -t combolab -F '#{pane_tty}'
}

with= # variables of the program
size='-x 100 -y 30'
begin() { # arguments of the program
    # shellcheck disable=SC2086
    tm new-session -d -s combolab $size \
        "$with TERM=screen-256color '$combolab' $* 2>'$dir/err'; echo \"ended: \$?\"; sleep 60" || exit 1
}

# The form's field that has the keys, as its rule says.
focus() {
    screen | sed -n 's/^── \([^ ]*\) ──.*/\1/p' | head -n 1
}

# No key that was pressed is still on its way past it.
stays_at() {
    [ "$(focus)" = "$1" ] && sleep 0.2 && [ "$(focus)" = "$1" ]
}

# One field down, however long that takes to be seen.
moves_on() {
    was=$(focus)
    waits=0
    key Down
    while [ "$(focus)" = "$was" ] && [ $waits -lt 100 ]; do
        waits=$((waits + 1))
        sleep 0.03
    done
}

# Goes down the form until the line of help is about the field.
field() { # name, value
    i=0
    key Home
    sleep 0.2
    until stays_at "$1" || [ $i -ge 60 ]; do
        moves_on
        i=$((i + 1))
    done
    key Enter
    key C-u
    key -l "$2"
    key Enter
}

# Braille characters on the screen: what curves are drawn with.
dots() {
    screen | LC_ALL=C grep -o "$(printf '\342[\240-\243][\200-\277]')" | wc -l
}

now_ms() {
    date +%s%3N
}

# Something else is done meanwhile, or under a sanitizer: then a trainer takes its time, and its curve with it.
is_busy() {
    [ -n "${ASAN_OPTIONS:-}" ] || [ "$(cut -d. -f1 /proc/loadavg)" -ge 1 ]
}

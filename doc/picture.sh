#!/bin/sh
# The pictures of README: live-dark.svg and live-light.svg, painted from the screen while it trains on drawn
# portraits. `make picture` in the build folder runs it; it needs tmux and python3, and some minutes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
combolab=${TOP_BUILDDIR:?is the folder that combolab was built in}/combolab
to=${1:-$here}
socket=combolab-picture-$$
dir=$(mktemp -d "${TMPDIR:-/tmp}/combolab-picture-XXXXXX")
trap 'leave; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
cd "$dir"
unset TMUX NO_COLOR
export LC_ALL=C.UTF-8 XDG_CACHE_HOME="$dir/cache"

tm() {
    tmux -L "$socket" -f /dev/null "$@"
}

# Ends the program, which stops its run after the step in progress, and waits for that.
leave() {
    pid=$(tm display-message -p -t picture '#{pane_pid}' 2>/dev/null) || return 0
    while kill "$pid" 2>/dev/null; do
        sleep 0.5
    done
}

screen() {
    tm capture-pane -p "$@" -t picture
}

# Waits until the screen shows a pattern, for ten minutes at most.
shows() {
    waited=0
    until screen | grep -q "$1"; do
        waited=$((waited + 1))
        if [ $waited -gt 3000 ]; then
            echo "picture.sh: the screen never shows '$1'; its last one:" >&2
            screen >&2
            exit 1
        fi
        sleep 0.2
    done
}

# The form begins as the newest run was launched: a run of one epoch, which is in the list as well.
paint() { # theme
    rm -f runs.db*
    "$combolab" -D runs.db train -q --data portraits --image-size 48 --flip 0.5 --rotate 0 --batch 36 \
        --rounding half-down --class-weights none --learning-rate 0.002 --lr-step 20 --epochs 1 >out
    tm new-session -d -s picture -x 120 -y 42 \
        "exec env TERM=tmux-256color XDG_CONFIG_HOME='$PWD' XDG_STATE_HOME='$PWD' '$combolab' -D runs.db --theme $1"
    shows 'finished'
    tm send-keys -t picture n
    shows 'Launch a run'
    while ! screen | grep -q '^── epochs ──'; do
        tm send-keys -t picture Down
        sleep 0.1
    done
    tm send-keys -t picture Enter C-u 30 Enter F2
    shows 'run 2 is queued'
    tm send-keys -t picture Enter
    shows ' 2[5-8]/30 '
    shows ' 1[0-9]/20 '
    screen -e >screen
    # Where it was made is nobody's business; what stands behind it stays where it was.
    blanks=$(echo "$dir/" | sed 's/./ /g')
    sed "s|$dir/\([^ ]*\)|\1$blanks|g; s|$(uname -n)|lab|g" screen |
        python3 "$here/screen_svg.py" "$1" >"$to/live-$1.svg"
    leave
}

"$combolab" synth portraits --count 1200 --size 48 --seed 1 -q >out
paint dark
paint light

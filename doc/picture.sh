#!/bin/sh
# The pictures of README, painted from the screen: live-dark.svg and live-light.svg while it trains on drawn
# portraits, and one of each view that looks at what was trained. `make picture` in the build folder runs it; it needs
# tmux and python3, and some minutes.
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
export LC_ALL=C.UTF-8 XDG_CACHE_HOME="$dir/cache" XDG_STATE_HOME="$dir/state" XDG_CONFIG_HOME="$dir/config"
mkdir -p config/combolab
echo 'layout = no' >config/combolab/config # each theme begins as on a new database

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

# Waits until the screen shows a pattern, for half an hour at most.
shows() {
    waited=0
    until screen | grep -q -e "$1"; do
        waited=$((waited + 1))
        if [ $waited -gt 9000 ]; then
            echo "picture.sh: the screen never shows '$1'; its last one:" >&2
            screen >&2
            exit 1
        fi
        sleep 0.2
    done
}

# Presses keys, one after the other.
press() {
    for k in "$@"; do
        tm send-keys -t picture "$k"
        sleep 0.2
    done
}

# Goes down the form to a field and types into it.
field() { # name, value
    press Home
    until screen | grep -q "^── $1 ──"; do
        press Down
    done
    press Enter C-u
    tm send-keys -t picture -l "$2"
    press Enter
}

begin() { # theme
    tm new-session -d -s picture -x 120 -y 42 \
        "exec env TERM=tmux-256color COLORTERM=truecolor '$combolab' -D runs.db --theme $1"
}

# Where it was made is nobody's business; what stands behind it stays where it was.
paint() { # theme, name
    screen -e >screen
    blanks=$(echo "$dir/" | sed 's/./ /g')
    sed "s|$dir/\([^ ]*\)|\1$blanks|g; s|$(uname -n)|lab|g" screen |
        python3 "$here/screen_svg.py" "$1" >"$to/$2.svg"
}

"$combolab" synth portraits --count 1500 --size 64 --seed 1 -q >out
"$combolab" -D runs.db train -q --data portraits --preset quick --image-size 64 --epochs 8 --lr-step 6 \
    --learning-rate 0.002 --loss l1,mse,combo --seed 1-3 --experiment losses >out

begin dark
shows 'finished'
press s p g
shows 'by best PC'
sleep 2 # what others draw beside
paint dark runs

# The best run of each loss.
for loss in l1 mse combo; do
    press / C-u
    tm send-keys -t picture -l "loss:$loss"
    press Enter g Space
done
press / C-u Enter g 3
shows 'Compare'
press Left
sleep 1
paint dark compare

press 4
shows 'mse.*±'
sleep 1
paint dark ablation

press 1 g Enter 5
shows '^.* predicted  *[0-9]'
sleep 2
paint dark predictions

press 6
shows 'Statement'
tm send-keys -t picture -l 'SELECT name, best_epoch, best_pc, best_mae, last_pc FROM run_summary ORDER BY best_pc DESC;'
press F2
shows 'rows'
sleep 1
paint dark sql
press Escape

# The form begins as the newest run was launched.
press n
shows 'Launch a run'
field epochs 12
field seed 4-6
field loss l1,mse,combo
shows 'Launch 9 runs'
shows 'test images'
sleep 2
paint dark launch
field seed 1
field epochs 14
field loss combo
press F2
shows 'is queued'
press Enter
shows ' 1[01]/14 '
shows ' 1[0-9]/[23]. '
paint dark live-dark
leave

# The same run goes on, on a light terminal.
begin light
shows 'stopped'
press g Enter r
shows ' 1[1-3]/14 '
shows ' 1[0-9]/[23]. '
paint light live-light

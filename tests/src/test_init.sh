#!/bin/sh
# Weights in, through the program: a run begins with those of a file. Prints TAP.
combolab=$TOP_BUILDDIR/combolab
dir=$(mktemp -d "${TMPDIR:-/tmp}/combolab-init-XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
XDG_CACHE_HOME=$dir/cache
XDG_DATA_HOME=$dir/share
HOME=$dir
OMP_NUM_THREADS=1
export XDG_CACHE_HOME XDG_DATA_HOME HOME OMP_NUM_THREADS
unset COLUMNS
db=$dir/runs.db
. "$TOP_SRCDIR/tests/kit/tap.sh"

why() {
    sed 's/^/out: /' "$dir/out" 2>/dev/null | tail -n 15
    sed 's/^/err: /' "$dir/err" 2>/dev/null | tail -n 15
}

# Runs the program; its status is left in $status.
run() {
    "$combolab" "$@" -D "$db" >"$dir/out" 2>"$dir/err"
    status=$?
}

exits() { # wanted status, what
    [ "$status" -eq "$1" ]
    result $? "$2 (exit status $status)"
}

says() { # file, text, what
    grep -q -e "$2" "$dir/$1"
    result $? "$3"
}

if ! "$combolab" devices --format csv 2>/dev/null | grep -q '^cpu,[^,]'; then
    skip_all "no CPU backend in this build"
fi

"$combolab" synth "$dir/set" --count 20 --size 40 --threads 1 >"$dir/out" 2>"$dir/err"
result $? "portraits are drawn"
small="--data $dir/set --image-size 32 --batch 8 --threads 1 --learning-rate 0.001 --loss combo --rounding half-down"

# shellcheck disable=SC2086
run train $small --epochs 1
exits 0 "a run without a file"
cp "$dir/runs.weights/1/last.safetensors" "$dir/start.safetensors"

# --- a run that begins with its weights ---
# shellcheck disable=SC2086
(cd "$dir" && run train $small --epochs 1 --init start.safetensors && exit $status)
status=$?
exits 0 "another begins with its weights"
says err "begins with 104 of 104 tensors of $dir/start.safetensors (names of timm, torchvision" "and says so"
run show 2
says out "init  *path  *$dir/start.safetensors" "the path is stored, absolute"
says out "stem-pool  *choice  *floor" "with the pool that its names go with"
# shellcheck disable=SC2086
run train $small --epochs 1 --init '~/start.safetensors' --queue
exits 0 "a home folder is known"

# --- what is refused before anything is queued ---
refuses() { # text, what, options
    text=$1
    what=$2
    shift 2
    # shellcheck disable=SC2086
    run train $small --epochs 1 "$@"
    [ "$status" -ne 0 ] && grep -q -e "$text" "$dir/err"
    result $? "$what"
}
refuses "'init': $dir/nowhere: No such file" "a file that is not there" --init "$dir/nowhere"
refuses "/~bob/start.safetensors: No such file" "another's home folder" --init '~bob/start.safetensors'
refuses "holds weights of resnet18, not of resnet50: use --backbone resnet18" "another net" \
    --init "$dir/start.safetensors" --backbone resnet50
head -c 4000 "$dir/start.safetensors" >"$dir/short.safetensors"
refuses "short.safetensors .*cut short" "half a file" --init "$dir/short.safetensors"
printf 'PK\003\004rest' >"$dir/model.pth"
refuses "model.pth is a file of PyTorch's own" "a file of torch.save" --init "$dir/model.pth"
refuses "set: is a folder" "a folder" --init "$dir/set"

tap_done

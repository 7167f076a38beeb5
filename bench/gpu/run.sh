#!/bin/sh
# run - what a GPU has to show of combolab, in at most 350 seconds.
#
#     ./run              all steps
#     ./run 3            step 3 and those after it
#     ./run 0-4,7        those; 6-6 alone lets PyTorch search its kernels (slow)
#
# Each step is a process of its own with a time limit and a log in gpu-logs/ (in $OUT where that is set), and
# prints a line PASS, FAIL or SKIP; none stops the others, but without a GPU there is none: exit 77. A summary of
# 20 lines comes last. Needs an NVIDIA driver, and cuDNN 9 and cuBLAS 13 as they come with PyTorch (found through
# python3, or PYTHON), in /usr/local/cuda, or in COMBOLAB_CUDA_LIBS.
here=$(cd "$(dirname "$0")" && pwd) || exit 1
all_s=${GPU_SECONDS:-350}
logs=${GPU_LOGS:-${OUT:-$here}/gpu-logs}
work=$logs/work
python=${PYTHON:-python3}

#           number  seconds  what is done there
steps='     0       25       facts
            1       30       kernels
            2       45       plans
            3       75       backend
            4       60       torch_steps
            5       40       speed
            6       90       torch_speed
            7       60       faults'

# --- what is there ---

# Folders of CUDA libraries: those named, those of PyTorch's wheels, the toolkit's.
library_folders() {
    printf '%s\n' "${COMBOLAB_CUDA_LIBS:-}" | tr : '\n'
    "$python" - 2>/dev/null <<'END'
import glob, importlib.util, os
torch = importlib.util.find_spec("torch")
site = os.path.dirname(os.path.dirname(torch.origin))
for folder in sorted(glob.glob(site + "/nvidia/*/lib")) + [site + "/torch/lib"]:
    print(folder)
END
    printf '%s\n' /usr/local/cuda/lib64
}

set_up() {
    mkdir -p "$work" || exit 1
    libs=
    for folder in $(library_folders); do
        ls "$folder" 2>/dev/null | grep -q '^lib\(cu\|nv\).*\.so' && libs=$libs${libs:+:}$folder
    done
    export COMBOLAB_CUDA_LIBS="$libs" COMBOLAB_MODULES="$here/bin" XDG_CACHE_HOME="$work/cache" PYTHON="$python"
    export GPU_LOGS="$logs" LC_ALL=C
    mkdir -p "$XDG_CACHE_HOME/combolab"
}

# One of our programs, with the libraries that came with it; in_time gives it so many seconds.
in_time() {
    limit=$1 program=$2
    shift 2
    LD_LIBRARY_PATH=$here/lib:$COMBOLAB_CUDA_LIBS${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} \
        timeout -k 2 "$limit" "$here/bin/$program" "$@"
}

ours() {
    in_time "$all_s" "$@"
}

has_torch() {
    "$python" -c 'import torch, sys; sys.exit(not torch.cuda.is_available())' 2>/dev/null
}

# A test that prints TAP: its failures, and one line that counts. One that skips all has shown nothing.
tap() { # seconds, test, note
    began=$(date +%s)
    out=$work/$2.tap
    in_time "$1" "$2" >"$out" 2>&1
    result=$?
    good=$(grep '^ok' "$out" | grep -v -c '# SKIP')
    grep -A 4 '^not ok\|^Bail out' "$out" | head -n 40
    printf '%-24s %4d good %4d bad  exit %3d  %3d s  %s\n' "$2" "$good" "$(grep -c '^not ok' "$out")" $result \
        $(($(date +%s) - began)) "$3"
    [ $result = 0 ] && [ "$good" -gt 0 ]
}

# --- the steps; each runs in a process of its own ---

step_facts() {
    nvidia-smi --query-gpu=name,driver_version,pci.bus_id,memory.total,memory.used,clocks.max.sm,power.limit,ecc.mode.current \
        --format=csv 2>&1 || true
    echo "libraries in $COMBOLAB_CUDA_LIBS"
    ours combolab devices
    ours gpu_facts "$logs/device.json"
    status=$?
    "$python" -c 'import torch; print("PyTorch", torch.__version__, "CUDA", torch.version.cuda, "cuDNN",
        torch.backends.cudnn.version())' 2>&1 | tail -n 1
    return $status
}

# Those of the fewest instructions first, then tensor cores and asynchronous copies: what fails there explains what
# fails later.
kernel_tests() {
    (cd "$here/bin" && for test in test_values test_grouped test_*; do
        [ ! -x "$test" ] || echo "$test"
    done) | grep -v 'cuda$\|bf16$\|tf32$' | awk '!seen[$0]++'
}

step_kernels() {
    bad=
    for test in $(kernel_tests); do
        tap 15 "$test" || bad="$bad $test"
    done
    in_time 20 gpu_kernels || bad="$bad gpu_kernels"
    echo "failed:${bad:- none}"
    [ -z "$bad" ]
}

step_plans() {
    ours gpu_plans 22 >"$work/plans"
    status=$?
    ours gpu_fused 12 >"$logs/fused.txt" 2>&1 # timed only: whatever it says is no failure
    grep 'FIGURE\|SKIP' "$logs/fused.txt"
    grep -v '# right' "$work/plans"
    cp "$work/plans" "$logs/plans.txt"
    for planned in "$here"/plans/*.txt; do
        [ ! -f "$planned" ] || sed 's/ #.*//' "$planned" | sort -u >"$work/planned"
        [ ! -f "$planned" ] || echo "$(basename "$planned"): $(sed 's/ #.*//' "$work/plans" | sort -u |
            comm -12 - "$work/planned" | wc -l) of $(wc -l <"$work/planned") planned without a device are offered here"
    done
    grep 'jobs,' "$work/plans"
    return $status
}

backend_tests() {
    (cd "$here/bin" && ls test_backend_* test_steps_* test_nets_* test_ways_* 2>/dev/null) # in f32, tf32 and bf16
}

# Side by side, as each leaves most of a device idle. What fails is tried again with one thing taken away at a time: the table says what passes then.
step_backend() {
    bad=
    for test in $(backend_tests); do
        mkdir -p "$work/cache-$test/combolab" # choices of its own, so that none changes under way
        { XDG_CACHE_HOME=$work/cache-$test && tap 60 "$test" && : >"$work/$test.passed"; } >"$work/$test.out" &
    done
    wait
    for test in $(backend_tests); do
        cat "$work/$test.out"
        rm "$work/$test.passed" 2>/dev/null && continue
        bad="$bad $test"
        for less in COMBOLAB_CUDA_GRAPH=0 COMBOLAB_CUDA_GROUPED=cudnn COMBOLAB_CUDA_CONV=plain COMBOLAB_CUDA_PLAIN=all \
            COMBOLAB_CUDA_SYNC=1; do
            (export "${less?}" && tap 10 "$test" "$less") | tail -n 1
        done
    done
    echo "failed:${bad:- none}"
    [ -z "$bad" ]
}

# A run with its trace in $work/NAME: images of the program's own drawing, seen as they are.
traced() { # name, net, precision
    ours combolab -D "$work/$1.db" train -q --data "$work/portraits" --cache "$work/images" --image-size 224 --rotate 0 \
        --rounding half-down --class-weights none --loss combo --backbone "$2" --precision "$3" --device cuda \
        --batch 16 --epochs 1 --learning-rate 0.0001 --seed 1 --trace "$work/$1" >"$work/$1.out" 2>&1 ||
        { tail -n 3 "$work/$1.out" && return 1; }
}

same_bits() { # a, b
    cmp "$work/$1/steps.csv" "$work/$2/steps.csv" &&
        cmp "$work/$1.weights/1/last.safetensors" "$work/$2.weights/1/last.safetensors" &&
        echo "$1: the same bits twice"
}

# The first steps of a trace beside PyTorch's, which takes a core and most of the time.
compared() { # name, net, precision
    steps=20
    [ "$2" = resnet18 ] || steps=8 # grouped convolutions in float64 are slow
    echo "$1 beside PyTorch"
    "$python" "$here/peers/torch_steps.py" "$work/$1" --steps $steps --data "$work/portraits" --device cuda --check \
        $([ "$3" = bf16 ] && echo --bf16)
}

step_torch_steps() {
    status=0
    rm -f "$work"/*.compared "$work"/*.near
    [ -d "$work/portraits" ] || ours combolab synth "$work/portraits" --count 900 --size 224 --seed 1 -q || return 1
    for precision in f32 bf16; do
        for net in resnet18 se-resnext50; do
            name=$net-$precision
            rm -rf "$work/$name"*
            traced "$name" "$net" "$precision" && traced "$name-again" "$net" "$precision" || { status=1 && continue; }
            same_bits "$name" "$name-again" || status=1
            "$python" -c 'import torch, numpy, PIL' 2>/dev/null || {
                echo "$name: not compared, since PyTorch, numpy or Pillow is not here" && continue
            }
            { compared "$name" "$net" "$precision" >"$work/$name.compared" 2>&1 && : >"$work/$name.near"; } &
        done
    done
    wait
    for name in $(cd "$work" && ls -- *.compared 2>/dev/null); do
        cat "$work/$name"
        [ -e "$work/${name%compared}near" ] || status=1
    done
    return $status
}

# What step 0 measured of the card, for the shares of the limits.
fact() { # figure
    sed -n "s/^FIGURE $1 \([0-9.]*\) .*/\1/p" "$logs/0-facts.log" 2>/dev/null | tail -n 1
}

step_speed() {
    [ -n "$(fact copy_read_and_written)" ] || ours gpu_facts >"$logs/0-facts.log"
    GPU_COPY_RATE=$(fact copy_read_and_written) GPU_PRODUCT_RATE=$(fact bf16_product)
    export GPU_COPY_RATE GPU_PRODUCT_RATE
    ours gpu_train 0.7 bf16
}

# Ours between two of PyTorch's turns, so that a card that slows down slows both.
step_torch_speed() {
    has_torch || return 77
    autotune=
    [ "${GPU_ALONE:-}" != 1 ] || autotune=--autotune
    for net in se-resnext50 resnet18; do
        ours combolab -q --format csv bench --device cuda --backbone $net --image-size 224 --batch 64 --precision bf16 \
            --phase train --seconds 2 | tail -n 1
        "$python" "$here/peers/torch_train.py" --nets $net --seconds 2 --limit "${GPU_PEER_SECONDS:-25}" $autotune
        ours combolab -q --format csv bench --device cuda --backbone $net --image-size 224 --batch 64 --precision bf16 \
            --phase train --seconds 2 | tail -n 1
    done
}

# A run of our program that must fail with a line that says what $1 says.
must_say() { # pattern, command
    pattern=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        echo "did not fail: $*" && return 1
    fi
    grep -E -q "$pattern" "$work/said" && { echo "said as it should: $(tail -n 1 "$work/said")" && return 0; }
    echo "expected $pattern, but it said:" && tail -n 3 "$work/said"
    return 1
}

# The first chooses ways, so that the two have the same.
two_at_once() {
    traced two-first resnet18 bf16 || return 1
    traced two-a resnet18 bf16 &
    traced two-b resnet18 bf16
    b=$?
    wait $! && [ $b = 0 ] && same_bits two-a two-b
}

cancelled() {
    ours combolab -D "$work/cancel.db" train -q --data "$work/portraits" --cache "$work/images" --image-size 224 \
        --backbone resnet18 --device cuda --batch 16 --epochs 1000 >"$work/cancel.out" 2>&1 &
    sleep 6
    kill -INT $! 2>/dev/null
    wait $!
    [ $? = 4 ] && echo "a run is stopped with a checkpoint"
}

# compute-sanitizer on the small kernel tests; its own exit says whether it found something.
sanitized() {
    tool=$(command -v compute-sanitizer || ls /usr/local/cuda/bin/compute-sanitizer 2>/dev/null)
    [ -n "$tool" ] || { echo "no compute-sanitizer here: not run" && return 0; }
    for check in memcheck racecheck; do
        for test in $(kernel_tests); do
            {
                KERNEL_SMALL=1 LD_LIBRARY_PATH=$here/lib:$COMBOLAB_CUDA_LIBS timeout 50 "$tool" --tool $check \
                    --error-exitcode 9 "$here/bin/$test" >"$work/$check-$test.log" 2>&1
                echo "$check of $test: exit $?" >"$work/$check-$test.exit"
            } &
        done
    done
    wait
    cat "$work"/memcheck-*.exit "$work"/racecheck-*.exit
    for log in $(grep -l 'exit 9$' "$work"/*check-*.exit); do
        tail -n 15 "${log%.exit}.log"
    done
    ! grep -q 'exit 9$' "$work"/*check-*.exit
}

step_faults() {
    status=0
    rm -f "$work"/*check-* "$work"/sanitized*
    [ -d "$work/portraits" ] || ours combolab synth "$work/portraits" --count 900 --size 224 --seed 1 -q || return 1
    { sanitized >"$work/sanitized" && : >"$work/sanitized.clean"; } &
    sanitizers=$!
    must_say 'are free|would fit' ours combolab -D "$work/most.db" bench --device cuda --backbone se-resnext50 \
        --image-size 1024 --batch 4096 --seconds 0.1 || status=1
    must_say 'CUDA cannot be used any more' ours gpu_facts --trap || status=1
    rm -rf "$work"/two-* "$work"/cancel.*
    two_at_once || status=1
    cancelled || status=1
    wait $sanitizers
    cat "$work/sanitized"
    [ -e "$work/sanitized.clean" ] || status=1
    return $status
}

# --- the order of things ---

if [ "${1:-}" = --step ]; then
    "step_$2"
    exit
fi

# True when the step is among those asked for: N for it and all after, A-B, and lists of them.
is_wanted() { # number, asked
    case $2 in
    '') return 0 ;;
    *[!0-9,-]*) return 1 ;;
    [0-9]) [ "$1" -ge "$2" ] && return 0 || return 1 ;;
    esac
    for range in $(echo "$2" | tr , ' '); do
        if [ "$1" -ge "${range%-*}" ] && [ "$1" -le "${range#*-}" ]; then return 0; fi
    done
    return 1
}

# Runs a step in at most so many seconds of what is left, and adds its line to the summary.
run_step() { # number, seconds, name
    left=$((begun + all_s - $(date +%s)))
    limit=$2
    [ "$left" -ge "$limit" ] || limit=$left
    log=$logs/$1-$3.log
    from=$(date +%s)
    if [ "$limit" -lt 4 ]; then
        status=77
        echo "no time was left" >"$log"
    else
        timeout -k 3 "$limit" sh "$0" --step "$3" >"$log" 2>&1
        status=$?
    fi
    case $status in
    0) result=PASS ;;
    77) result=SKIP ;;
    *) result=FAIL ;;
    esac
    why=$(grep -v '^FIGURE\|^ ' "$log" | tail -n 1 | cut -c 1-90)
    [ $status != 124 ] || why="not done after $limit s"
    printf '%s %s %-12s %3d s  %s\n' $result "$1" "$3" $(($(date +%s) - from)) "$why" | tee -a "$logs/lines"
    [ $result != FAIL ] || failed=$((failed + 1))
}

# 20 lines at most: the steps, then the figures that matter most.
summary() {
    {
        echo "--- $device"
        cat "$logs/lines"
        grep -h '^FIGURE' "$logs"/[0-9]-*.log 2>/dev/null | grep -E 'train |best|host |gate_tax|wrong|copy_|product|first_step' |
            head -n 11
    } | head -n 20 | tee "$logs/summary"
}

case ${1:-} in
*[!0-9,-]*)
    sed -n '2,14s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
set_up
begun=$(date +%s)
failed=0
: >"$logs/lines"
device=$(ours gpu_facts --there 2>&1) || {
    echo "run: there is no GPU to run on: ${device#*: }"
    exit 77
}
rm -f "$logs"/[0-9]-*.log
[ "${1:-}" != 6-6 ] || { export GPU_ALONE=1 GPU_PEER_SECONDS=150 && steps=$(echo "$steps" | sed 's/ 90 / 340 /'); }
echo "$steps" | while read -r number seconds name; do
    is_wanted "$number" "${1:-}" && echo "$number $seconds $name"
done >"$work/steps"
while read -r number seconds name; do
    run_step "$number" "$seconds" "$name" </dev/null
done <"$work/steps"
summary
[ "$failed" = 0 ]

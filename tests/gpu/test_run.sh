#!/bin/sh
# The script of the bundle for GPU hosts, with programs that only pretend: no GPU, steps that fail, take too long
# or are left out, and a summary that stays short.
. "$TOP_SRCDIR/tests/kit/tap.sh"
here=$(mktemp -d) || exit 1
trap 'rm -rf "$here"' EXIT
why() {
    cat "$here/out"
}

mkdir -p "$here/bin" "$here/lib"
cp "$TOP_SRCDIR/bench/gpu/run.sh" "$here/run"
program() { # name; its text comes from standard input
    { echo '#!/bin/sh' && cat; } >"$here/bin/$1"
    chmod +x "$here/bin/$1"
}
run() {
    env -u OUT -u COMBOLAB_CUDA_LIBS PYTHON=false GPU_SECONDS="${seconds:-60}" sh "$here/run" "$@" >"$here/out" 2>&1
}

echo 'echo "gpu_facts: there is no device cuda:0: there is no NVIDIA driver on this machine"; exit 2' | program gpu_facts
run
[ $? = 77 ] && [ "$(cat "$here/out")" = \
    "run: there is no GPU to run on: there is no device cuda:0: there is no NVIDIA driver on this machine" ]
result $? "without a GPU: one line, and an exit of its own"

program gpu_facts <<'END'
echo "Fake GPU, compute capability 9.0"
END
program combolab <<'END'
echo "cuda:0"
END
program gpu_plans <<'END'
i=0
while [ $i -lt 30 ]; do i=$((i + 1)) && echo "FIGURE ways_wrong_$i 0 ways 0"; done
END
program gpu_kernels <<'END'
echo "FIGURE kernels_wrong 0 kernels -"
END
program test_values <<'END'
echo "ok 1 - fine"
END
program test_sgd <<'END'
echo "ok 1 - fine"
echo "not ok 2 - off by one"
echo "# got 2, wanted 1"
exit 1
END
program test_backend_cuda <<'END'
[ "${COMBOLAB_CUDA_CONV:-}" = plain ] && echo "ok 1 - by plain convolutions" && exit 0
echo "not ok 1 - every unit"
exit 1
END
program gpu_train <<'END'
sleep 60
END

run 0-3
[ $? = 1 ] && [ "$(grep -c '^PASS [02] \|^FAIL 1 .*failed: test_sgd$\|^FAIL 3 .*failed: test_backend_cuda$' \
    "$here/gpu-logs/lines")" = 4 ]
result $? "steps pass and fail, each for itself"
grep -A 2 'not ok 2 - off by one' "$here/gpu-logs/1-kernels.log" | grep 'test_sgd .* 1 good .* 1 bad .*exit .*1 ' >/dev/null
result $? "a log shows what failed"
grep '^FIGURE kernels_wrong' "$here/gpu-logs/1-kernels.log" >/dev/null
result $? "kernels at real size are tried beside their twins"
grep 'test_backend_cuda .* 1 good .* 0 bad .*COMBOLAB_CUDA_CONV=plain' "$here/gpu-logs/3-backend.log" >/dev/null
result $? "and with what taken away it passes"
[ "$(sed -n '/^--- Fake GPU/,$p' "$here/out" | wc -l)" = 16 ] && [ "$(wc -l <"$here/gpu-logs/summary")" -le 20 ]
result $? "the summary is short"

echo 'echo "ok 1 # SKIP there is no device cuda:0"' | program test_values
run 1-1
grep '^FAIL 1 ' "$here/out" >/dev/null
result $? "a test that skips everything has shown nothing"

seconds=6
run 5
[ $? = 1 ] && grep '^FAIL 5 speed .* not done after [1-6] s' "$here/out" >/dev/null && grep '^SKIP 6 ' "$here/out" >/dev/null &&
    grep '^SKIP 7 ' "$here/out" >/dev/null
result $? "what takes too long is ended, and what there is no time for is left out"

run five
[ $? = 2 ] && grep '6-6' "$here/out" >/dev/null
result $? "what cannot be a list of steps is told how it is called"
tap_done

#!/bin/sh
# bench/gpu_kernels at sizes that the simulator can do: each kernel that has a plain twin is tried, and is as the
# twin; a wrong call is told.
. "$TOP_SRCDIR/tests/kit/tap.sh"
here=$(mktemp -d) || exit 1
trap 'rm -rf "$here"' EXIT
why() {
    cat "$here/out"
}

tests/cuda/gpu_kernels 2 32 1 >"$here/out" 2>&1
result $? "every kernel is near its twin"
grep -rhow 'kernel_plain("[a-z_]*")' "$TOP_SRCDIR/cuda/kernels" | sed 's/.*"\(.*\)".*/\1/' | sort -u >"$here/have"
sed -n 's/^\([a-z_]*\) .* twin .*/\1/p' "$here/out" | sort -u >"$here/tried"
[ -s "$here/have" ] && cmp "$here/have" "$here/tried" >>"$here/out" 2>&1
result $? "and all that have one are tried"
grep '^norm_apply .* same$' "$here/out" >/dev/null && ! grep -i 'nan\|inf' "$here/out" >/dev/null
result $? "passes over tensors to the bit, and nothing is NaN"
tests/cuda/gpu_kernels 2 8 >"$here/out" 2>&1
[ $? = 2 ] && grep '^usage: ' "$here/out" >/dev/null
result $? "too small a size is told how it is called"
tap_done

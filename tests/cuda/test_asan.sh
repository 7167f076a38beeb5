#!/bin/sh
# The tests of kernels under AddressSanitizer and UndefinedBehaviorSanitizer, kernels included.
. "$TOP_SRCDIR/tests/cuda/sanitized.sh"
run_all asan

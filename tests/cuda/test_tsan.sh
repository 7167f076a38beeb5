#!/bin/sh
# The tests of kernels under ThreadSanitizer, to which every GPU thread is a thread.
. "$TOP_SRCDIR/tests/cuda/sanitized.sh"
run_all tsan

#!/bin/sh
# Where launches overlap (COMBOLAB_CUDA_OVERLAP), a kernel may start before the one before it has
# written its results: so the first statement of each waits for that.
. "$TOP_SRCDIR/tests/kit/tap.sh"

# Names each kernel whose body begins with another statement; then how many there are.
look() { # files
    awk '
        FNR == 1 { wants = inside = 0 }
        /^[^*]*__global__/ && !/^ *\/[*\/]/ { wants = 1; head = FILENAME ":" FNR; n++ }
        wants && /[{][[:space:]]*$/ { wants = 0; inside = 1; next }
        inside && NF { if ($0 !~ /^[[:space:]]*after_previous\(\);/) print head; inside = 0 }
        END { print n + 0, "kernels" }' "$@"
}

late=$(printf '%s\n' '__global__ void k(int *to)' '{' '    *to = 1;' '    after_previous();' '}' | look)
case $late in
*:1?'1 kernels') true ;;
*) false ;;
esac
result $? "a kernel that waits late is found" "$late"
found=$(look "$TOP_SRCDIR"/cuda/kernels/*.cu "$TOP_SRCDIR"/cuda/kernels/*.h)
case $found in
*:*) false ;;
'0 kernels') false ;;
esac
result $? "all kernels wait first" "$found"
tap_done

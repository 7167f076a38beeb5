#!/bin/sh
# The tests of kernels under the simulator with threads and blocks in three orders: the same bits each time.
. "$TOP_SRCDIR/tests/kit/tap.sh"
cd "${TOP_BUILDDIR:?is the folder that combolab was built in}" || exit 1
KERNEL_SMALL=1
export KERNEL_SMALL

bits() { # test, order
    CUDASIM_ORDER=$2 "./$1" 2>&1 | grep '^# bits \|^not ok\|^Bail out\|^cudasim'
}

for test in ${KERNEL_TESTS:?is the list of tests}; do
    up=$(bits "$test" up)
    down=$(bits "$test" down)
    random=$(bits "$test" random)
    [ "${up#"# bits "}" != "$up" ] && [ "$up" = "$down" ] && [ "$up" = "$random" ]
    result $? "$test gives the same bits in three orders" "$up
$down
$random"
done
tap_done

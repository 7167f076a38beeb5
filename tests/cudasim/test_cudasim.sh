#!/bin/sh
# The simulator finds faults: small kernels with one planted each (tests/cudasim/planted.h), as they were built
# plainly, with AddressSanitizer and with ThreadSanitizer. Without a fault they pass all three, in every order.
. "$TOP_SRCDIR/tests/kit/tap.sh"
cd "${TOP_BUILDDIR:?is the folder that combolab was built in}" || exit 1
ulimit -c 0
TSAN_OPTIONS=atexit_sleep_ms=0
export TSAN_OPTIONS
planted=tests/cudasim/planted

there() { # build
    [ -x "$planted$1" ] || return 1
    case $("./$planted$1" 2>&1) in
    *'unexpected memory mapping'*) return 1 ;;
    esac
}

clean() { # build
    if ! there "$1"; then
        skip "no build $1"
        return
    fi
    for order in up down random; do
        said=$(CUDASIM_ORDER=$order "./$planted$1" 2>&1)
        status=$?
        bits=$(printf '%s\n' "$said" | grep '^# bits')
        [ $status -eq 0 ] && [ -n "$bits" ] && [ "$bits" = "${first:=$bits}" ]
        result $? "nothing is found where nothing is wrong: planted$1, order $order" "$said"
    done
}

found() { # fault, build, what is said
    if ! there "$2"; then
        skip "no build $2"
        return
    fi
    said=$("./$planted$2" "$1" 2>&1)
    status=$?
    [ $status -ne 0 ] && [ $status -ne 2 ] && printf '%s\n' "$said" | grep -q "$3"
    result $? "$1 is found by planted$2" "$(printf '%s\n' "exit $status" "$said" | cut -c 1-200 | head -n 20)"
}

first=
clean ''
clean .asan
clean .tsan

race='ThreadSanitizer: data race'
found READ_EARLY '' '^not ok'
found READ_EARLY .tsan "$race"
found REUSED_EARLY .tsan "$race"
found LAST_WINS .tsan "$race"
found NO_FENCE .tsan "$race"
found NO_FENCE_AFTER .tsan "$race"
# Where all is built with AddressSanitizer, it comes first.
found READ_TOO_FAR '' '^not ok\|AddressSanitizer: use-after-poison'
found READ_TOO_FAR .asan 'AddressSanitizer: use-after-poison'
found SHARED_TOO_FAR .asan 'AddressSanitizer: heap-buffer-overflow'
found WRITTEN_TOO_FAR '' '^not ok .*nothing is written beside it\|AddressSanitizer: use-after-poison'
found WRITTEN_TOO_FAR .asan 'AddressSanitizer: use-after-poison'
found BARRIER_IN_BRANCH '' 'threads wait for one another at different barriers'
found TWO_BARRIERS '' 'threads wait for one another at different barriers'
found HALF_A_WARP '' 'threads wait for one another at different barriers'
found SHARED_UNSET '' '^not ok .*mirrored'
found OUTPUT_UNSET '' '^not ok .*mirrored'
found WAITED_LATE '' '^not ok .*mirrored'
found NEVER_WAITED '' 'an asynchronous copy that nobody waited for'
found MISALIGNED '' 'as 16 bytes at once, which it is no multiple of'
found HOST_POINTER '' 'kernel total is handed .*, which is no device memory'
found FREED_POINTER '' 'kernel total is handed .*, which is no device memory'
if "./$planted" | grep -q '^# structs: seen'; then
    found HOST_POINTER_IN_STRUCT '' 'kernel total is handed .*, which is no device memory'
else
    skip 'the compiler does not let the simulator look into structs'
fi
for fault in BLOCK_TOO_LARGE GRID_TOO_LARGE GRID_EMPTY SHARED_TOO_LARGE; do
    found $fault '' 'kernel nothing cannot be launched: grid'
done
found ARRAY_TOO_LARGE '' 'arrays of shared memory take'

up=$(CUDASIM_ORDER=up "./$planted" ORDER | grep -v '^# bits')
up_bits=$(CUDASIM_ORDER=up "./$planted" ORDER | grep '^# bits')
down_bits=$(CUDASIM_ORDER=down "./$planted" ORDER | grep '^# bits')
! printf '%s\n' "$up" | grep -q '^not ok' && [ -n "$up_bits" ] && [ "$up_bits" != "$down_bits" ]
result $? 'ORDER passes by every tolerance, and is found by its bits' "$up $up_bits $down_bits"

said=$(CUDASIM_ORDER=sideways "./$planted" 2>&1)
[ $? -ne 0 ] && printf '%s\n' "$said" | grep -q 'it can be up, down or random'
result $? 'an order that is none is refused' "$said"
tap_done

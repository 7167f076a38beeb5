#!/bin/sh
# The CPU backend's tests under each instruction set that COMBOLAB_ISA can name, but the one that is
# taken by itself (tests/cpu/test_backend_cpu has run with it); and names that cannot be.
build=${TOP_BUILDDIR:-.}
test=$build/tests/cpu/test_backend_cpu
combolab=$build/combolab
. "$TOP_SRCDIR/tests/kit/tap.sh"

if [ ! -e "$build/combolab-cpu.so" ]; then
    skip_all "built without the CPU backend"
fi
for isa in plain avx2 avx512; do
    out=$(COMBOLAB_ISA=$isa "$test" short 2>&1)
    status=$?
    case $out in
    *'does not have that'*)
        skip "this processor has no $isa"
        continue
        ;;
    esac
    passed=$(printf '%s\n' "$out" | grep -c '^ok')
    [ "$passed" -gt 20 ] || status=1
    result $status "$passed tests of the CPU backend hold under $isa" \
        "$(printf '%s\n' "$out" | grep -A 3 '^not ok' | head -n 20)"
    COMBOLAB_ISA=$isa "$combolab" devices 2>&1 | grep -q "$isa"
    result $? "devices says $isa" "$(COMBOLAB_ISA=$isa "$combolab" devices 2>&1)"
done
out=$(COMBOLAB_ISA=mmx "$combolab" devices 2>&1)
printf '%s' "$out" | grep -q 'mmx.*use plain, avx2 or avx512'
result $? "an unknown instruction set is refused, and the known ones are named" "$out"
tap_done

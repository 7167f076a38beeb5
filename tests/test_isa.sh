#!/bin/sh
# The CPU backend's tests under each instruction set that COMBOLAB_ISA can name, but the one that is
# taken by itself (tests/test_backend_cpu has run with it); and names that cannot be.
build=${TOP_BUILDDIR:-.}
test=$build/tests/test_backend_cpu
combolab=$build/combolab
n=0
failed=0

# Prints one line; the reason, if not good, as comments.
say() {
    n=$((n + 1))
    if [ "$1" = 0 ]; then
        echo "ok $n - $2"
    else
        echo "not ok $n - $2"
        printf '%s\n' "$3" | sed 's/^/# /'
        failed=1
    fi
}

if [ ! -e "$build/combolab-cpu.so" ]; then
    echo "1..0 # SKIP built without the CPU backend"
    exit 0
fi
for isa in plain avx2 avx512; do
    out=$(COMBOLAB_ISA=$isa "$test" short 2>&1)
    status=$?
    case $out in
    *'does not have that'*)
        n=$((n + 1))
        echo "ok $n # SKIP this processor has no $isa"
        continue
        ;;
    esac
    passed=$(printf '%s\n' "$out" | grep -c '^ok')
    [ "$passed" -gt 20 ] || status=1
    say $status "$passed tests of the CPU backend hold under $isa" \
        "$(printf '%s\n' "$out" | grep -A 3 '^not ok' | head -n 20)"
    COMBOLAB_ISA=$isa "$combolab" devices 2>&1 | grep -q "$isa"
    say $? "devices says $isa" "$(COMBOLAB_ISA=$isa "$combolab" devices 2>&1)"
done
out=$(COMBOLAB_ISA=mmx "$combolab" devices 2>&1)
printf '%s' "$out" | grep -q 'mmx.*use plain, avx2 or avx512'
say $? "an unknown instruction set is refused, and the known ones are named" "$out"
echo "1..$n"
exit $failed

#!/bin/sh
# combolab(1)'s first example, with the losses that it does not train. Prints TAP.
LEARNS_OTHERS=yes
. "$TOP_SRCDIR/tests/src/test_learns.sh"

#!/bin/sh
# The manual pages: the program's and the screen's are made from their templates and say every option, command,
# key and sign; that of the losses has a section for each; all are good mdoc. test_man_db.sh has the database's.
page=$TOP_BUILDDIR/man/combolab.1
screen=$TOP_BUILDDIR/man/combolab-tui.7
losses=$TOP_SRCDIR/man/combolab-losses.7
program=${TOP_BUILDDIR:?is the folder that combolab was built in}/combolab
. "$TOP_SRCDIR/tests/kit/tap.sh"

left=$(grep -n '^@\|@[A-Z]*@' "$page" "$screen" 2>&1)
test -z "$left"
result $? 'nothing of the template is left' "$left"

missing=
command=
for command in $("$program" --complete ''); do
    grep -q "^\.Ss $command\$" "$page" || missing="$missing $command"
    for option in $("$program" --complete "$command" --); do
        [ "$option" = --help ] || grep -q "Fl Fl ${option#--}\( \|\$\)" "$page" ||
            missing="$missing $command$option"
    done
done
[ -n "$command" ] && [ -z "$missing" ]
result $? 'every command and option is in it' "missing:$missing"

# The table of keys as the compiler reads it: "R(UP, MOVE, "up", "one line up", KEY_UP, 'k')".
missing=$(tr '\n' ' ' <"$TOP_SRCDIR/ui/request.h" | sed 's/ *\\ */ /g; s/ R(/\
R(/g' | sed -n 's/^R([A-Z_]*, [A-Z]*, "[^"]*", *"\([^"]*\)".*/\1./p' | while read -r help; do
    grep -qxF "$help" "$screen" || echo "$help"
done)
[ "$(grep -c '^\.It Ic ' "$screen")" -gt 30 ] && [ -z "$missing" ]
result $? 'every key is in the page of the screen' "missing: $missing"

missing=
for state in queued running paused stopped finished diverged failed lost; do
    grep -q "^\.It Li .* Ta Li .* Ta $state\>" "$screen" || missing="$missing $state"
done
[ -z "$missing" ]
result $? 'so is the sign of every state' "missing:$missing"

missing=
loss=
for loss in $("$program" --complete train --loss ''); do
    said=$(awk -v loss="$loss" '/^\.S[sh] /{here = $0 == ".Ss " loss}
        here && /^\.It (Formula|Gradient|Options|Source)$/{printf "%s ", $2}' "$losses")
    [ "$said" = "Formula Gradient Options Source " ] || missing="$missing $loss"
done
[ -n "$loss" ] && [ -z "$missing" ]
result $? 'every loss has its section: formula, gradient, options, source' "missing:$missing"

missing=
for option in alpha beta gamma smooth-beta huber-delta classes rounding class-edges class-values \
    class-weights; do
    "$program" --complete train "--$option" | grep -qx -e "--$option" &&
        grep -q "^\.Fl Fl $option\( \|\$\)" "$losses" || missing="$missing $option"
done
test -z "$missing"
result $? 'so has every option of a loss' "missing:$missing"

if command -v mandoc >/dev/null 2>&1; then
    said=$(mandoc -Tlint -W warning "$page" "$screen" "$losses" "$TOP_SRCDIR/man/combolab-db.5" 2>&1)
    result $? 'mandoc has no warnings' "$said"
    missing=
    sections=$(mandoc -Tascii "$page" | sed 's/.\x08//g' | grep '^[A-Z]' | tr '\n' ' ')
    for section in NAME SYNOPSIS DESCRIPTION COMMANDS OPTIONS KEYS LOSSES 'DATA SETS' FILES \
        ENVIRONMENT 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
        case $sections in
        *"$section "*) ;;
        *) missing="$missing $section" ;;
        esac
    done
    test -z "$missing"
    result $? 'every section is rendered' "missing:$missing of $sections"
else
    skip 'mandoc is not here'
    skip 'mandoc is not here'
fi
tap_done

#!/bin/sh
# The manual pages: the program's is made from its template and says every option and command; that of the
# losses has a section for each; both are good mdoc.
page=$TOP_BUILDDIR/man/combolab.1
losses=$TOP_SRCDIR/man/combolab-losses.7
program=${TOP_BUILDDIR:?is the folder that combolab was built in}/combolab
. "$TOP_SRCDIR/tests/kit/tap.sh"

left=$(grep -n '^@\|@[A-Z]*@' "$page" 2>&1)
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
    said=$(mandoc -Tlint -W warning "$page" "$losses" 2>&1)
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

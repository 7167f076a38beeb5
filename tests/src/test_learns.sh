#!/bin/sh
# combolab(1)'s first example, as it stands there: every loss it trains learns portraits, by images that were not
# trained on. test_learns_others.sh has the other losses in their place. Prints TAP.
combolab=${TOP_BUILDDIR:?is the folder that combolab was built in}/combolab
. "$TOP_SRCDIR/tests/kit/tap.sh"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export XDG_CACHE_HOME="$dir/cache" XDG_DATA_HOME="$dir/share"

why() {
    tail -n 20 "$dir/out"
}

if ! "$combolab" devices --format csv 2>/dev/null | grep -q '^cpu,[^,]'; then
    skip_all "no CPU backend in this build"
fi

if [ "${COMBOLAB_LEARNS:-yes}" = no ]; then # minutes of training, which say the same under sanitizers
    skip_all "COMBOLAB_LEARNS is no"
fi

# Its commands, a line each.
sed -n '/^Draw a data set, look at it/,/^\.Ed/p' "$TOP_SRCDIR/man/combolab.1.in" | grep -v '^[.D]' |
    sed -e ':more' -e '/\\e$/{' -e 'N' -e 's/\\e\n */ /' -e 'b more' -e '}' -e 's/^\$ //' >"$dir/example"
train=$(grep '^combolab train ' "$dir/example")
[ "$(wc -l <"$dir/example")" -ge 4 ] && [ -n "$train" ]
result $? "there is an example" "$(cat "$dir/example")"

mkdir "$dir/bin"
printf '#!/bin/sh\nexec "%s" "$@"\n' "$(cd "$TOP_BUILDDIR" && pwd)/combolab" >"$dir/bin/combolab"
chmod +x "$dir/bin/combolab"
PATH=$dir/bin:$PATH
cd "$dir" || exit 1

losses=$(echo "$train" | sed 's/.*--loss \([^ ]*\).*/\1/')
if [ -n "${LEARNS_OTHERS-}" ]; then
    example=$losses
    losses=
    for loss in $(combolab --complete train --loss ''); do
        case ,$example, in
        *,"$loss",*) ;;
        *) losses=${losses:+$losses,}$loss ;;
        esac
    done
    sed "s/--loss $example/--loss $losses/" example >others
    mv others example
fi
while read -r line; do
    sh -c "$line" >"$dir/out" 2>&1
    result $? "$line"
done <"$dir/example"

combolab runs --columns loss,state,last_pc --format csv 2>&1 | tr -d '\r' >"$dir/out"
for loss in $(echo "$losses" | tr , ' '); do
    pc=$(sed -n "s/^$loss,finished,//p" "$dir/out")
    awk -v pc="${pc:-0}" 'BEGIN { exit !(pc > 0.5) }'
    result $? "$loss: PC on the test images is above 0.5: $pc"
done
tap_done

#!/bin/sh
# kill -9 at any moment: the database is intact, and the run resumed comes to the same bits as one that was never
# interrupted. FIELD_KILLS=100 is the long form (make check-field). Prints TAP.
. "$TOP_SRCDIR/tests/field/field.sh"
has sqlite3 || skip_all "no sqlite3"
kills=${FIELD_KILLS:-4}
draws 24
cd "$dir" || exit 1
options="$options --epochs 5 --save-every 1"
begun=$(date +%s%N)
train whole.db
ms=$((($(date +%s%N) - begun) / 1000000))
figures whole.db 1 >whole.figures
# Sleeps for a part of that, any.
some_of() { # ms
    at=$(($(od -A n -N 3 -t u4 /dev/urandom) % $1))
    sleep "$(printf '%d.%03d' $((at / 1000)) $((at % 1000)))"
}

intact=0
same=0
anew=0
going=0
for k in $(seq "$kills"); do
    rm -rf k.db* k.weights
    # Every fifth decodes its images too; every other is killed twice, the second time while it goes on.
    [ $((k % 5)) -eq 0 ] && rm -rf "$XDG_CACHE_HOME"
    # shellcheck disable=SC2086
    "$combolab" train $options -D k.db >out 2>err &
    pid=$!
    some_of $ms
    killed
    if [ $((k % 2)) -eq 0 ] && [ "$(value k.db 1 state)" = lost ]; then
        "$combolab" resume 1 -D k.db >out 2>>err &
        pid=$!
        some_of $((ms / 2))
        killed
    fi
    if [ ! -s k.db ] && [ ! -s k.db-wal ]; then # before there was anything
        state=none
    else
        [ "$(sqlite3 -readonly k.db 'PRAGMA integrity_check' 2>&1)" = ok ] || { echo "# kill $k: damaged" && continue; }
        state=$("$combolab" runs -D k.db --format csv 2>>err | tr -d '\r' | awk -F, 'NR == 2 { print $2 }')
    fi
    intact=$((intact + 1))
    case $state in
    lost)
        [ "$(value k.db 1 epochs_done)" -gt 0 ] && find k.weights -name 'checkpoint-*.safetensors' | grep -q . &&
            going=$((going + 1))
        "$combolab" resume 1 -D k.db >out 2>>err
        ;;
    queued) "$combolab" work -D k.db >out 2>>err ;;
    finished) ;;
    *) # no run was queued yet
        anew=$((anew + 1))
        # shellcheck disable=SC2086
        "$combolab" train $options -D k.db >out 2>>err
        ;;
    esac
    figures k.db 1 >k.figures
    if [ "$(value k.db 1 state)" = finished ] && cmp -s whole.figures k.figures &&
        cmp -s whole.weights/1/best.safetensors k.weights/1/best.safetensors &&
        cmp -s whole.weights/1/last.safetensors k.weights/1/last.safetensors &&
        [ "$(sqlite3 k.db 'PRAGMA integrity_check')" = ok ] && ! find k.weights -name '*.tmp' | grep -q .; then
        same=$((same + 1))
    else
        echo "# kill $k: it was $state, is $(value k.db 1 state) with $(value k.db 1 epochs_done) epochs"
        grep -v epoch err | tail -n 6 | sed 's/^/# /'
    fi
done
[ $intact -eq "$kills" ]
result $? "$intact of $kills databases are intact after kill -9"
[ $same -eq "$kills" ]
result $? "$same of $kills runs came to the same bits ($anew were killed before there was a run,"\
" $going had a checkpoint to go on from)"
tap_done

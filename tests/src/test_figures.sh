#!/bin/sh
# The commands that draw: curves, scatter and samples, as tables and as files. Other programs look at the
# files where there are any.
program=${TOP_BUILDDIR:?is the folder that combolab was built in}/combolab
work=$(mktemp -d "${TMPDIR:-/tmp}/combolab-figures-XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work" || exit 1
HOME=$work XDG_DATA_HOME=$work/share XDG_CACHE_HOME=$work/cache COLUMNS=80 TZ=UTC
export HOME XDG_DATA_HOME XDG_CACHE_HOME COLUMNS TZ
. "$TOP_SRCDIR/tests/kit/tap.sh"

why() {
    cat out err
}

run() { # arguments: leaves status in $got, texts in out and err
    "$program" -D db.db "$@" >out 2>err </dev/null
    got=$?
}

refuses() { # wanted exit status, part of standard error, arguments
    wanted=$1
    part=$2
    shift 2
    run "$@"
    [ "$got" -eq "$wanted" ] && grep -qF -- "$part" err && [ ! -s out ]
    result $? "combolab $*: $part"
}

# file, what it is of: as other programs see it
looks() {
    case $1 in
    *.pdf)
        command -v pdffonts >/dev/null 2>&1 || return 0
        pdffonts "$1" >fonts 2>&1
        [ "$(tail -n +3 fonts | wc -l)" -ge 1 ] && ! tail -n +3 fonts | awk '{ print $(NF - 4) }' | grep -qv yes
        result $? "$1 has its fonts in it" "$(cat fonts)"
        ;;
    *.svg)
        command -v rsvg-convert >/dev/null 2>&1 || return 0
        rsvg-convert "$1" -o seen.png 2>err && [ -s seen.png ]
        result $? "$1 can be shown"
        ;;
    esac
}

draws() { # file, arguments
    file=$1
    shift
    run "$@" --figure "$file"
    [ "$got" -eq 0 ] && [ ! -s err ] && [ -s "$file" ] && grep -q "^$file: " out
    result $? "combolab $* --figure $file"
    looks "$file"
}

"$TOP_BUILDDIR/tests/src/cli_db" db.db 2>err || exit 1
"$program" synth -q ten --count 10 --size 64

# --- tables ---
run curves 1 --metric pc,mae,regression --format csv
[ "$(tr -d '\r' <out)" = 'epoch,train PC,test PC,train MAE,test MAE,train regression,test regression
1,,,0.5,0.5,0.25,0.25
2,0.75,0.75,0.25,0.25,0.25,0.25' ]
result $? 'curves as a table'
run scatter 1 --format json
[ "$got" -eq 0 ] && grep -q '"bias": 0.5' out && grep -q '"b,\\"2\\".jpg"' out
result $? 'predictions as tables'
run samples 1 --worst 1 --format csv
[ "$(tr -d '\r' <out)" = 'kind,rank,image,truth,predicted,error
worst,1,"b,""2"".jpg",3,3.5,0.5' ]
result $? 'the worst image as a table'
run samples 1 --format markdown
[ "$(grep -c '^| ' out)" -eq 6 ]
result $? 'no more images than there are'

# --- figures ---
for kind in svg pdf png; do
    draws "curves.$kind" curves 1 --metric pc,mae,total --title 'a title'
    draws "scatter.$kind" scatter 1 --size 60x60
done
run -q curves 1 --figure again.svg --metric pc,mae,total --title 'a title'
[ "$got" -eq 0 ] && [ ! -s out ] && cmp curves.svg again.svg >out
result $? 'the same figure is the same file'
mkdir -p pictures
cp ten/images/portrait-00001.jpg pictures/a.jpg
cp ten/images/portrait-00002.jpg 'pictures/b,"2".jpg'
cp ten/images/portrait-00003.jpg pictures/c.jpg
printf 'image,score,split\na.jpg,2,test\n"b,""2"".jpg",3,test\nc.jpg,4,train\n' >pictures/labels.csv
for kind in svg pdf png; do
    draws "samples.$kind" samples 1 --data pictures
done
echo 'no picture' >pictures/a.jpg
run samples 1 --data pictures --figure left.png
[ "$got" -eq 0 ] && [ -s left.png ] && grep -q 'a.jpg' err
result $? 'an image that cannot be read is said, and the others are drawn'
rm pictures/a.jpg
run samples 1 --data pictures --figure gone.png
[ "$got" -ne 0 ] && grep -q 'a.jpg' err && [ ! -e gone.png ]
result $? 'an image that is gone is said'
printf 'image,score,split\nc.jpg,2,test\n"b,""2"".jpg",3,train\n' >pictures/labels.csv
refuses 1 'name the data set that the run was trained on' samples 1 --data pictures --figure other.png
printf 'image,score,split\nc.jpg,2,train\n"b,""2"".jpg",4,test\n' >pictures/labels.csv
refuses 1 'had 3 when the run trained' samples 1 --worst 2 --data pictures --figure other.png
refuses 1 'say where with --data' samples 1 --figure other.png

# --- what cannot be ---
refuses 2 '.svg, .pdf and .png' curves 1 --figure curves.eps
refuses 1 'replace it with --force' curves 1 --figure curves.svg
refuses 2 'is no size of a figure' curves 1 --figure x.svg --size 85
refuses 2 'name its file with --figure' curves 1 --size 85x60
refuses 1 'no epoch of that run' curves 3
refuses 1 'no run from 7 to 9' curves 1 7-9
refuses 2 "no figure 'speed'" curves 1 --metric speed
refuses 1 'no such weights were saved' scatter 2
refuses 1 'no such weights were saved' samples 1 --at best
run curves 1 2 3 --figure curves.svg --force
[ "$got" -eq 0 ] && [ "$(grep -c 'has no epochs and is left out' err)" -eq 2 ]
result $? 'runs without epochs are named'
run curves 1 2 3 --mean-over seed --format csv
[ "$(head -n 1 out | tr -d '\r')" = 'epoch,first (n = 1) test PC' ]
result $? 'a mean says of how many runs it is; one without settings on record is on its own'
run curves -q --experiment two 1 --format csv
[ "$(tr -d '\r' <out)" = 'epoch,first test PC
1,
2,0.75' ]
result $? 'the runs of an experiment, and those that are named'
refuses 1 "no experiment 'three' with runs" curves -x three
refuses 2 'missing argument: RUN..., or an --experiment' curves
tap_done

#!/bin/sh
# Builds the fuzzers with clang, under ASan and UBSan, and lets each run for FUZZ_SECONDS. What makes one fail is
# left in build/fuzz as crash-NAME, for `build/fuzz/NAME crash-NAME`. Run by `make fuzz`, which gives FUZZ_CFLAGS
# and FUZZ_LIBS. Seeds are files that the program itself has made.
top=$TOP_SRCDIR
combolab=$TOP_BUILDDIR/combolab
work=$TOP_BUILDDIR/fuzz
seconds=${FUZZ_SECONDS:-10}
FUZZ_SCRATCH=$(mktemp -d -p /dev/shm combolab-fuzz-XXXXXX 2>/dev/null || mktemp -d) || exit 1
trap 'rm -rf "$FUZZ_SCRATCH"' EXIT
export FUZZ_SCRATCH
: "${FUZZ_CC:=clang}"
flags='-std=c11 -g -O1 -fsanitize=fuzzer,address,undefined,float-cast-overflow -fno-sanitize-recover=all'
if ! command -v "$FUZZ_CC" >/dev/null 2>&1; then
    echo "fuzzing needs clang with libFuzzer" >&2
    exit 1
fi

# Seeds of one fuzzer: its folder, emptied of nothing that earlier runs have found.
seeds() {
    mkdir -p "$work/seeds/$1" && echo "$work/seeds/$1"
}

build() { # fuzzer, sources beside base/
    name=$1
    shift
    sources=$*
    # shellcheck disable=SC2086 # flags are lists, sources are patterns in the tree
    (cd "$top" && "$FUZZ_CC" $flags -D_GNU_SOURCE -I. -I"$TOP_BUILDDIR" $FUZZ_CFLAGS -o "$work/$name" "tests/fuzz/fuzz_$name.c" \
        base/*.c $sources $FUZZ_LIBS -lm -lpthread)
}

fuzz() { # fuzzer
    echo "=== $1, $seconds s"
    (cd "$work" && "./$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
        -artifact_prefix="$work/" -print_final_stats=1 "seeds/$1" 2>"$1.log") || {
        tail -n 40 "$work/$1.log"
        failed=1
    }
    grep -E 'number_of_executed_units|peak_rss_mb' "$work/$1.log"
}

config="engine/config.c engine/config_alike.c engine/config_classes.c engine/config_preset.c engine/config_sweep.c engine/config_uses.c engine/event.c engine/core/*.c"
dataset="engine/dataset/*.c $config"
weights="engine/weights/weights.c engine/weights/dtype.c engine/weights/safetensors_read.c engine/weights/safetensors_write.c"
set -e
mkdir -p "$work"
"$combolab" --quiet synth "$work/set" --count 10 --size 32 --threads 1 >/dev/null
cp "$work"/set/images/*.jpg "$(seeds image)"
cp "$work/set/labels.csv" "$(seeds csv)"
{
    printf '0<a><row><c t="s"><v>0</v></c><c t="inlineStr"><is><t>score</t></is></c></row><row r="3">'
    printf '<c r="B3"><v>2.5</v></c></row></a>\0<sst><si><r><t>im</t></r><t>age</t></si></sst>'
} >"$(seeds xlsx)/two"
{
    printf 1
    cat "$top/tests/golden/scut_fbp.xlsx"
} >"$(seeds xlsx)/book"
printf 'image;score\na.jpg;1,5\nb.jpg;2\n' >"$(seeds csv)/comma"
printf 'a.jpg 3.5\nb.jpg 2\nc c.jpg 1.25\n\0a.jpg 3.5\n\0b.jpg 2\n' >"$(seeds scut)/three"
printf 'loss=mse\nlearning-rate=0.01\nepochs=3\nclass-weights=none\n' >"$(seeds options)/four"
printf '\0\0abc' >"$(seeds store)/three"
printf '\0\0\0abc' >"$(seeds database)/three"
printf '\030\120name' >"$(seeds screen)/name"
cat >"$(seeds sql)/views" <<'SQL'
WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT median(x), stdev(x), pearson(x, -x) FROM n;
.schema run
.tables
SELECT ledger_score(scores, 1), hex(scores), json_group_array(epoch) FROM ledger GROUP BY run;
ATTACH 'x.db' AS x; PRAGMA writable_schema = 1; VACUUM INTO 'y.db'; UPDATE run SET name = printf('%.*c', 1000, 'x');
SELECT * FROM ablation JOIN pragma_table_info('run') ON name LIKE '%a%' WINDOW w AS (PARTITION BY loss) EXCEPT SELECT 1
SQL
yes '6SELECT r FROM run;' | tr '\n' '\r' | head -c 30000 >"$work/seeds/screen/sql"
rm -rf "$work/seed.db"* "$work/seed.weights"
"$combolab" --quiet train -D "$work/seed.db" --data "$work/set" --backbone resnet18 --image-size 32 --batch 4 --epochs 2 \
    --loss combo --cache "$work/cache" --device cpu >/dev/null 2>&1
# Run 1 trains, and has done one step.
{
    printf '\001%31s' ''
    printf '\001\0\0\0\0\0\0\0\003'
    head -c 143 /dev/zero
    printf '\001\0\0\0\0\0\0\0\001\0\0\0\0\0\0\0\001\0\0\0\0\0\0\0\001\0\0\0\0\0\0\0'
    head -c 32 /dev/zero
} >"$(seeds progress)/one"
printf '0123456789abcdef\005\001' >"$(seeds ticks)/range"
head='{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}  '
printf '\070\0\0\0\0\0\0\0%s12345678' "$head" >"$(seeds weights)/two"
head='{"module.layer0.conv1.weight":{"dtype":"F16","shape":[1,2],"data_offsets":[0,4]}}   '
printf '\124\0\0\0\0\0\0\0%s1234' "$head" >"$(seeds weights)/cadene"
python3 "$top/tests/fuzz/pth_seeds.py" "$top/tests/golden/pth_torch.txt" "$(seeds weights)" "$(seeds pickle)"
build ticks results/ticks.c
printf 'loss:combo pc>0.5 !state:failed name~^(a|b)+[0-9]*$ "two words"' >"$(seeds filter)/tests"
build filter 'results/*.c results/stats/*.c' db/rows.c
for name in "$top"/tests/golden/events-*.tfevents; do # the first bytes choose the reader and the steps
    { printf '\000\004' && cat "$name"; } >"$(seeds import)/$(basename "$name")"
done
printf '\001\000epoch,train_loss,test_mae,"val pearson"\n0,1,2,.5\n1,0.5,nan,\n' >"$work/seeds/import/csv"
build import 'src/import.c src/import_csv.c src/import_epochs.c src/import_events.c' db/rows.c
build progress engine/snapshot_file.c
build csv "$dataset"
build xlsx engine/dataset/xlsx.c
build weights 'engine/weights/*.c' "$config"
build pickle 'engine/weights/pickle*.c'
seeds checkpoint >/dev/null # it makes them
build checkpoint 'engine/train/algorithms.c engine/train/notes.c engine/train/folder.c engine/train/gradients.c engine/train/checkpoint*.c engine/train/resume.c engine/train/tally.c' \
    engine/train/metrics.c "$weights" "$dataset" -Wl,--allow-multiple-definition # its own door comes first
build scut "$dataset"
build options "$config"
build store 'engine/image/*.c' "$dataset"
build database 'db/*.c'
build sql 'db/*.c'
build screen 'ui/*.c ui/views/*.c results/*.c results/stats/*.c db/rows.c' "$config"
build image engine/image/image.c engine/image/image_grey.c engine/image/image_exif.c engine/image/image_jpeg.c engine/image/image_png.c
set +e
failed=0
for name in ticks filter import progress csv xlsx scut options weights pickle checkpoint image store database sql screen; do
    fuzz $name
done
exit $failed

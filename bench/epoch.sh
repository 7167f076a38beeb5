#!/bin/sh
# A whole first epoch on the CPU from JPEG files, ours and PyTorch's: decode, resize, rotate, crop,
# mirror, train on all training images, test on the test images. Ours begins with an empty cache, so
# every image is decoded; the peer decodes in two DataLoader workers. Prints a FIGURE for each net.
# Run it in the build folder after `make`.
#
#     bench/epoch.sh DATA [--limit N] [--size PIXELS] [--batch N] [--threads N] [--nets "NET ..."]
#
# DATA is a folder of images named by score lists as in SCUT-FBP5500 v2, or of `combolab synth`.
# --limit takes that many training images and a quarter as many test images (default 512). Ours is
# the time of the whole process, the peer's begins when its libraries are loaded.
here=$(cd "$(dirname "$0")" && pwd)
limit=512
size=224
batch=16
threads=2
nets='resnet18 se-resnext50'

die() {
    echo "bench/epoch.sh: $*" >&2
    exit 1
}

data=$1
[ -d "$data" ] || die "give the folder of a data set"
data=$(cd "$data" && pwd)
shift
while [ $# -gt 1 ]; do
    case $1 in
    --limit) limit=$2 ;;
    --size) size=$2 ;;
    --batch) batch=$2 ;;
    --threads) threads=$2 ;;
    --nets) nets=$2 ;;
    *) die "unknown option $1" ;;
    esac
    shift 2
done
python=
for p in ${PYTHON:-} python3 /usr/bin/python3; do
    "$p" -c 'import torch, torchvision, PIL' 2>/dev/null && python=$p && break
done
dir=$(mktemp -d "${TMPDIR:-/tmp}/combolab-epoch-XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM

# The list that both read: image,score,split.
list=$dir/list.csv
echo image,score,split >"$list"
if [ -f "$data/labels.csv" ]; then
    awk -F, 'NR > 1 { print $1, $2 }' "$data/labels.csv" >"$dir/all"
    ln -s "$data/images" "$dir/images"
else
    sed 's|^|Images/|' "$data/train_test_files/All_labels.txt" >"$dir/all" || exit 1
    ln -s "$data/Images" "$dir/Images"
fi
# Every k-th image, so that a part of the set looks like the whole.
awk -v limit="$limit" '
    { line[NR] = $1 "," $2 }
    END {
        want = limit + int(limit / 4)
        if (want > NR) want = NR
        for (i = 0; i < want; i++)
            print line[1 + int(i * NR / want)] "," (i % 5 == 4 ? "test" : "train")
    }' "$dir/all" >>"$list"
echo "# $(grep -c train "$list") training and $(grep -c 'test$' "$list") test images of $data"

now() {
    date +%s.%N
}

for net in $nets; do
    start=$(now)
    ./combolab train -D "$dir/$net.db" --data "$list" --cache "$dir/cache-$net" --backbone "$net" \
        --loss l1 --epochs 1 --image-size "$size" --resize $((size * 8 / 7)) --batch "$batch" \
        --rotate 30 --flip 0.5 --threads "$threads" --device cpu >"$dir/out" 2>&1 ||
        die "combolab train failed: $(tail -n 3 "$dir/out")"
    ours=$(awk -v a="$start" -v b="$(now)" 'BEGIN { printf "%.2f", b - a }')
    name=$(echo "$net" | tr - _)_${size}_b${batch}_cpu_${threads}t_first_epoch
    peer=
    if [ -n "$python" ]; then
        peer=$("$python" "$here/epoch_torch.py" "$list" "$net" "$size" "$batch" "$threads") || exit 1
        awk -v n="$name" -v a="$ours" -v b="$peer" \
            'BEGIN { printf "FIGURE %s_ratio %.2f x 1.30\n", n, b / a }' >>"$dir/figures"
        echo "FIGURE ${name}_torch $peer s -" >>"$dir/figures"
    fi
    echo "FIGURE $name $ours s -" >>"$dir/figures"
    echo "# $net: $ours s, PyTorch ${peer:-not here}"
done
cat "$dir/figures"

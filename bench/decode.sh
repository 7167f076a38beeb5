#!/bin/sh
# Decoding and resizing on one core, ours and then Pillow's; prints FIGURE lines, the ratio first. Run it in
# the build folder after `make bench/decode`.
#
#     bench/decode.sh FOLDER [SIDE [SECONDS]]
here=$(dirname "$0")
[ $# -ge 1 ] || {
    echo "usage: bench/decode.sh FOLDER [SIDE [SECONDS]]" >&2
    exit 2
}
ours=$(bench/decode "$@") || exit 1
peer=$("${PYTHON:-python3}" "$here/decode_pillow.py" "$@") || peer=''
if [ -n "$peer" ]; then
    both=$(echo "$ours" | sed -n 's/^FIGURE decode_resize_per_core \([0-9]*\).*/\1/p')
    echo "$both $peer" | awk '{
        printf "FIGURE decode_resize_ratio %.2f x -\n", $1 / $2
        printf "FIGURE decode_resize_pillow %d img/s -\n", $2
        printf "FIGURE decode_pillow %d img/s -\n", $3 }'
else
    echo "decode.sh: no Pillow to compare with" >&2
fi
echo "$ours"

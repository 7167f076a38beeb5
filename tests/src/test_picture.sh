#!/bin/sh
# The pictures of README: what screen_svg.py makes of a screen, that those in the tree are whole, and that the list
# in README is laid out as the program's.
. "$TOP_SRCDIR/tests/kit/tap.sh"
command -v python3 >/dev/null 2>&1 || skip_all "python3 is not installed"
doc=$TOP_SRCDIR/doc
esc=$(printf '\033')

# The SVG of one line, well-formed.
svg() { # theme, line
    printf '%s\n' "$2" | python3 "$doc/screen_svg.py" "$1" |
        python3 -c 'import sys, xml.dom.minidom as x; print(x.parseString(sys.stdin.read()).documentElement.toxml())'
}

has() { # theme, line, text, what
    said=$(svg "$1" "$2")
    case $said in
    *"$3"*) result 0 "$4" ;;
    *) result 1 "$4" "$said" ;;
    esac
}

has dark 'run <1>' '>&lt;1&gt;</text>' 'text is text'
has dark 'ab  cd' '<text x="44" y="24" textLength="16"' 'a word stands in its cells'
has dark "${esc}[1;38;5;74mbest${esc}[m" 'fill="#5fafd7" font-weight="bold">best<' 'colours and bold'
has dark "${esc}[48;5;238m x${esc}[49m" 'fill="#444444"' 'a background'
has light "${esc}[7mx${esc}[27my" 'fill="#ffffff">x<' 'reverse video'
has light 'y' 'fill="#24292f">y<' 'the usual ink'
has dark '⢄' '<path d="M14 22h0M18 26h0"' 'Braille dots are drawn'
has dark '─┤' '<path d="M12 12m0 8h8M20 12m4 0v16m-4-8h4"' 'so are lines'
has dark '▌' '<path d="M12 14h4v12h-4z" fill="#d3d7de"/>' 'and bars'
has dark "${esc}[38;2;200;100;50;48;2;1;2;3m▀" \
    '<path d="M12 12h8v16h-8z" fill="#000000"/>' 'a pixel of an image, below'
has dark "${esc}[38;2;200;100;50;48;2;1;2;3m▀" \
    '<path d="M12 12h8v8h-8z" fill="#c86430"/>' 'and the one above it'

whole() { # picture, what is to be read in it
    file=$doc/$1.svg
    python3 -c 'import sys, xml.dom.minidom as x; x.parse(sys.argv[1])' "$file" 2>/dev/null && grep -q ">$2" "$file" &&
        ! grep -q '/tmp\|/home\|/root' "$file" && [ "$(wc -c <"$file")" -lt 153600 ] &&
        grep -q "doc/$1.svg" "$TOP_SRCDIR/README.md"
    result $? "the picture $1 is whole, and in README"
}
whole live-dark running
whole live-light running
whole runs finished
whole compare delta
whole ablation verdict
whole predictions portrait-
whole sql SELECT
whole launch seed

# Fewer columns may fit, but those in their order.
screen=$TOP_SRCDIR/tests/golden/ui_runs_120x40.txt
list=$(grep -A 2 '^     combolab \[1 Runs\]' "$TOP_SRCDIR/README.md")
views=$(printf '%s\n' "$list" | sed -n '1s/^ *\(.*[^ ]\)   *.*/\1/p')
columns=$(printf '%s\n' "$list" | sed -n '3{s/^ *//;s/  */.*/g;p;}')
[ -n "$views" ] && [ -n "$columns" ] && grep -qF "$views" "$screen" && grep -q "$columns" "$screen"
result $? "README's list is laid out as the screen's" "$list"
tap_done

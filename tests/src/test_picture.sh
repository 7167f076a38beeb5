#!/bin/sh
# The pictures of README: what screen_svg.py makes of a screen, and that those in the tree are whole.
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
has dark '▌' '<rect x="12" y="14" width="4" height="12" fill="#d3d7de"/>' 'and bars'

for theme in dark light; do
    file=$doc/live-$theme.svg
    python3 -c 'import sys, xml.dom.minidom as x; x.parse(sys.argv[1])' "$file" 2>/dev/null &&
        grep -q 'running' "$file" && ! grep -q '/tmp\|/home\|/root' "$file" &&
        grep -q "doc/live-$theme.svg" "$TOP_SRCDIR/README.md"
    result $? "the $theme picture is whole, and in README"
done
tap_done

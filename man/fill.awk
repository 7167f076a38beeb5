# fill.awk - puts generated parts into the manual page: "@PART@" alone on a line becomes what
# `combolab --mdoc PART` prints, @VERSION@ the version. Fails when the program does.
/^@[a-z]+@$/ {
    command = program " --mdoc " substr($0, 2, length($0) - 2)
    lines = 0
    while ((command | getline line) > 0) {
        print line
        lines++
    }
    if (close(command) != 0 || !lines) {
        print "fill.awk: '" command "' failed" > "/dev/stderr"
        exit 1
    }
    next
}
{
    gsub(/@VERSION@/, version)
    print
}

# Turns a text into C string literals, one a line: a standard C compiler need not take a literal as
# long as a schema.
/["\\]/ {
    printf "%s:%d: quotation marks and backslashes cannot be taken over\n", FILENAME, FNR > "/dev/stderr"
    exit 1
}
{ printf "    \"%s\\n\",\n", $0 }

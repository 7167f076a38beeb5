# Turns the steps of the schema, schema_1.sql and so on, into lists of C string literals, one a line: a
# standard C compiler need not take a literal as long as a schema.
/["\\]/ {
    printf "%s:%d: quotation marks and backslashes cannot be taken over\n", FILENAME, FNR > "/dev/stderr"
    exit 1
}
FNR == 1 {
    if (NR > 1)
        print "};"
    printf "static const char *const schema_%d[] = {\n", ++step
}
{ printf "    \"%s\\n\",\n", $0 }
END { print "};" }

# Turns the steps of the schema, schema_1.sql and so on, into lists of C string literals, one a line: a
# standard C compiler need not take a literal as long as a schema. And lists what there is after each step.
/["\\]/ {
    printf "%s:%d: quotation marks and backslashes cannot be taken over\n", FILENAME, FNR > "/dev/stderr"
    exit 1
}
# What a step leaves there: tables and triggers, each with its kind.
function end_step(    i) {
    print "};"
    printf "static const struct made made_%d[] = {\n", step
    for (i = 1; i <= n; i++)
        if (names[i] in kind)
            printf "    {\"%s\", \"%s\"},\n", kind[names[i]], names[i]
    print "};"
}
function made(type, name) {
    if (!(name in seen))
        names[++n] = name
    seen[name] = 1
    kind[name] = type
}
FNR == 1 {
    if (NR > 1)
        end_step()
    printf "static const char *const schema_%d[] = {\n", ++step
}
/^CREATE (TABLE|TRIGGER) / { made(tolower($2), $3) }
/^DROP (TABLE|TRIGGER) / { from = $3; sub(/;/, "", from); delete kind[from] }
/^ALTER TABLE [a-z_0-9]+ RENAME TO / { to = $6; sub(/;/, "", to); delete kind[$3]; made("table", to) }
{ printf "    \"%s\\n\",\n", $0 }
END { end_step() }

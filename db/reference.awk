# Turns reference.csv into initialisers of struct reference_row: texts, then figures (NAN where the
# field is empty), then a note. Fields hold neither quotation marks nor commas.
BEGIN { FS = "," }
function stop(what) {
    printf "%s:%d: %s\n", FILENAME, FNR, what > "/dev/stderr"
    exit 1
}
function figure(text) {
    if (text == "")
        return "NAN"
    if (text !~ /^-?[0-9]+(\.[0-9]+)?$/)
        stop("not a number: " text)
    return text
}
/["\\]/ { stop("quotation marks and backslashes cannot be taken over") }
NF != 12 { stop("12 fields wanted, " NF " found") }
FNR == 1 {
    if ($0 != "source,dataset,protocol,model,loss,alpha,beta,gamma,mae,rmse,pc,note")
        stop("another first line than expected")
    next
}
{
    printf "    {"
    for (i = 1; i <= 5; i++)
        printf "\"%s\", ", $i
    for (i = 6; i <= 11; i++)
        printf "%s, ", figure($i)
    printf "\"%s\"},\n", $12
}

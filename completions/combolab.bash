# Completion of combolab for bash: the program itself knows what may follow.
_combolab() {
    local current=${COMP_WORDS[COMP_CWORD]} words=("${COMP_WORDS[@]:1:COMP_CWORD}")
    # bash splits words at "=": "--loss", "=", "l1" is an option and its value
    local i joined=()
    for ((i = 0; i < ${#words[@]}; i++)); do
        [[ ${words[i]} == = ]] || joined+=("${words[i]}")
    done
    [[ $current == = ]] && joined+=("") && current=
    mapfile -t COMPREPLY < <("$1" --complete "${joined[@]}" 2>/dev/null)
    ((${#COMPREPLY[@]})) || compopt -o default
}
complete -F _combolab combolab

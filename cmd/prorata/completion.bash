# Completion of prorata for bash, 3.2 and later. It needs nothing besides.
_prorata() {
    local line=${COMP_LINE:0:COMP_POINT} words=() word= typed= quote= begun= c i
    # The words up to the cursor. Those that bash offers are parted at @, = and : as well, which names of accounts have.
    for ((i = 0; i < ${#line}; i++)); do
        c=${line:i:1}
        if [[ $quote$c == [[:space:]] ]]; then
            [[ $begun ]] && words+=("$word")
            word= typed= begun=
            continue
        fi
        typed+=$c begun=1
        if [[ $c == "$quote" ]]; then
            quote=
        elif [[ ! $quote && ($c == \' || $c == \") ]]; then
            quote=$c
        elif [[ $c == \\ && $quote != \' ]]; then
            ((++i))
            word+=${line:i:1} typed+=${line:i:1}
        else
            word+=$c
        fi
    done
    words+=("$word")
    words=("${words[@]/#\~\//$HOME/}")

    local out directive value=$word list=() endings= candidate
    out=$("${words[0]}" __complete "${words[@]:1}" 2>/dev/null) || return
    directive=${out##*:}
    if [[ $word == -*=* ]]; then # of --flag=value, the value
        value=${word#*=} typed=${typed#*=}
    fi
    while IFS= read -r candidate; do
        [[ $candidate ]] && list+=("$candidate")
    done <<<"${out%:*}"

    COMPREPLY=()
    if ((directive & 24)); then # files whose names end so, or folders
        ((directive & 8)) && endings=" ${list[*]} "
        while IFS= read -r candidate; do
            if [[ -d $candidate || $endings == *" ${candidate##*.} "* ]]; then
                COMPREPLY+=("$candidate")
            fi
        done < <(compgen -f -- "$value")
        compopt -o filenames 2>/dev/null
        return
    fi
    ((directive & 2)) && compopt -o nospace 2>/dev/null
    ((directive & 4)) && compopt +o default 2>/dev/null
    # Bash replaces $2, which of what was typed is only the end.
    local before=${typed%"$2"} matches=() width=0 text
    [[ $typed == [\'\"]* ]] && before=
    for candidate in "${list[@]}"; do
        text=${candidate%%$'\t'*}
        if [[ $text == "$value"* ]]; then
            matches+=("$candidate")
            ((${#text} > width)) && width=${#text}
        fi
    done
    for candidate in "${matches[@]}"; do
        text=${candidate%%$'\t'*}
        [[ $typed == [\'\"]* ]] || printf -v text %q "$text"
        text=${text#"$before"}
        if ((${#matches[@]} > 1)) && [[ $candidate == *$'\t'* ]]; then
            printf -v text '%-*s  (%s)' "$width" "$text" "${candidate#*$'\t'}"
            ((${#text} < ${COLUMNS:-80})) || text=${text:0:$((${COLUMNS:-80} - 2))}…
        fi
        COMPREPLY+=("$text")
    done
}
complete -o default -F _prorata prorata

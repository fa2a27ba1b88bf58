# bash completion for roost and roost-sim, which know their commands and options themselves: nothing here has to be kept in step with them.
_roost()
{
    local program=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]}
    # Only what begins with the word: the programs answer with what has it anywhere.
    mapfile -t COMPREPLY < <(compgen -W "$("$program" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null | grep -v '^/')" -- "$word")
} &&
    complete -o default -F _roost roost roost-sim
complete -o default -W '--config --data --check-config --backup --restore --force --replay --verify-audit --public-key --from --to --check-policy --leave-outputs --version --help' roostd

# They know their commands and options themselves: nothing here has to be kept in step with them.
function __roost_suggest
    set -l line (commandline --current-process --cut-at-cursor)
    set -l words (commandline --current-process --tokenize)
    $words[1] "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null | string match --invert --regex '^/'
end
complete --command roost --arguments '(__roost_suggest)'
complete --command roost-sim --arguments '(__roost_suggest)'

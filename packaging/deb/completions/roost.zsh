#compdef roost roost-sim
# They know their commands and options themselves: nothing here has to be kept in step with them.
local -a candidates
candidates=("${(@f)$(${words[1]} "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null | grep -v '^/')}")
compadd -a candidates || _files

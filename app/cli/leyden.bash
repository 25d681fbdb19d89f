# SPDX-License-Identifier: Apache-2.0
# Completion of the leyden command in bash. It asks the program's own help, so it is never out of step.
# Installed where bash-completion looks; without that: source share/bash-completion/completions/leyden

# The names listed under "Subcommands:" of a command's help.
_leyden_commands() {
  "$@" --help 2>/dev/null | sed -n '/^Subcommands:/,/^[^ S]/s/^  \([a-z][a-z-]*\).*/\1/p'
}

_leyden() {
  local current=${COMP_WORDS[COMP_CWORD]} command=("${COMP_WORDS[0]}") word known
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    known=" $(_leyden_commands "${command[@]}" | tr '\n' ' ')"
    [[ $known == *" $word "* ]] || break
    command+=("$word")
  done
  if [[ $current == -* ]]; then
    local flags
    flags=$("${command[@]}" --help 2>/dev/null | grep -oE -- '--[a-z][a-z-]*' | sort -u)
    mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$current")
  elif ((${#command[@]} == COMP_CWORD)); then
    mapfile -t COMPREPLY < <(compgen -W "$(_leyden_commands "${command[@]}")" -- "$current")
  fi
}
complete -o default -F _leyden leyden

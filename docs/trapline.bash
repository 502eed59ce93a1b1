# shellcheck shell=bash
# bash completion for trapline: the program itself says which commands and options there are.
_trapline()
{
	local word=${COMP_WORDS[COMP_CWORD]} words=
	if [ "$COMP_CWORD" -eq 1 ] || { [ "$COMP_CWORD" -eq 2 ] && [ "${COMP_WORDS[1]}" = help ]; }; then
		words=$("${COMP_WORDS[0]}" help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p')
	elif [[ $word == -* ]]; then
		words=$("${COMP_WORDS[0]}" help "${COMP_WORDS[1]}" 2>/dev/null | sed -n 's/^  ....\(--[a-z-]*\).*/\1/p')
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o default -F _trapline trapline

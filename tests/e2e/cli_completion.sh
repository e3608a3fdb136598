#!/usr/bin/env bash
# Completions load, and offer what the program has.
. "$(dirname "$0")/tap.bash"

exits "a shell we do not know" 2 "$waxseal" completion tcsh
"$waxseal" completion bash >waxseal.bash
exits "bash takes the script" 0 bash -n waxseal.bash

# offered WORD...: what bash offers for the last word.
offered() {
	bash -c '. ./waxseal.bash
COMP_WORDS=(waxseal "$@")
COMP_CWORD=$#
_waxseal
echo "${COMPREPLY[*]}"' bash "$@"
}
check "nouns" report "$(offered rep)"
check "verbs" "query" "$(offered report q)"
check "verbs behind options" "query" "$(offered --json report q)"
check "options" "--group" "$(offered report query --gr)"
check "options of this command only" "" "$(offered store stats --gr)"
check "known values" "json jsonl" "$(offered report list --format js)"
check "words of an operand" "fish" "$(offered completion f)"
mkdir folder && touch folder.xml
check "files where files are wanted" "folder folder.xml" \
	"$(offered report import fol | tr ' ' '\n' | sort | xargs)"
check "every command is offered somewhere" "" "$(
	"$waxseal" help | sed -n '/^Commands/,/^$/p' | awk 'NF > 1 && /^  [a-z]/ {
		print $1 }' | sort -u | while read -r noun; do
		grep -q "\b$noun\b" waxseal.bash || echo "$noun"
	done)"

for shell in zsh fish; do
	"$waxseal" completion $shell >waxseal.$shell
	check "$shell has a script" yes "$([ -s waxseal.$shell ] && echo yes)"
	if command -v $shell >/dev/null; then
		exits "$shell takes the script" 0 $shell -n waxseal.$shell
	fi
done
"$waxseal" completion powershell >waxseal.ps1
check "PowerShell is told how to ask" 1 \
	"$(grep -c '^Register-ArgumentCompleter -Native' waxseal.ps1)"
check "braces of the PowerShell script match" \
	"$(tr -cd '{' <waxseal.ps1 | wc -c)" "$(tr -cd '}' <waxseal.ps1 | wc -c)"
done_testing

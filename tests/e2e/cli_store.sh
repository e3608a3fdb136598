#!/usr/bin/env bash
# Keeping the store: numbers, backup, restore, retention, judgements.
. "$(dirname "$0")/tap.bash"

report 1 example.com 5 >one.xml
report 2 example.net 9 >two.xml
"$waxseal" report import --quiet --data d one.xml two.xml >/dev/null
stats=$("$waxseal" store stats --json --data d)
check "what the store holds" "2 4 18 2" \
	"$(json '"%(reports)d %(rows)d %(messages)d %(domains)d" % it' \
		<<<"$stats")"
check "the same as text" 2 "$("$waxseal" store stats --data d 2>/dev/null |
	awk -F'\t' '$1 == "reports" { print $2 }')"
exits "a store in order" 0 "$waxseal" store check --data d
check "is told as such in JSON" 0 "$("$waxseal" store check --json --data d |
	json 'len(it["faults"])')"

exits "a backup" 0 "$waxseal" store backup --data d copy.db
exits "never over a file" 7 "$waxseal" store backup --data d copy.db
"$waxseal" report delete --domain example.com --yes --data d >/dev/null
check "one domain is left" 1 "$("$waxseal" store stats --json --data d |
	json 'it["domains"]')"
exits "a restore needs --yes" 2 "$waxseal" store restore --data d copy.db
exits "restoring" 0 "$waxseal" store restore --data d copy.db --yes
check "both are there again" "2 18" "$("$waxseal" store stats --json --data d |
	json '"%(reports)d %(messages)d" % it')"
head -c 5000 copy.db >cut.db
"$waxseal" store restore --data d cut.db --yes >/dev/null 2>&1
check "a broken backup changes nothing" 2 \
	"$("$waxseal" store stats --json --data d | json 'it["reports"]')"

check "nothing is old yet" "0 0 0" "$("$waxseal" store prune --dry-run --json \
	--data d | json '"%(raw)d %(rows)d %(failures)d" % it')"
exits "so there is nothing to ask" 0 "$waxseal" store prune --data d

source=$("$waxseal" report query -d example.com --range all --json --data d |
	json 'it["rows"][1]["key"]')
class='" ".join(r["key"] for r in it["rows"])'
check "classes before the judgement" "own unrecognised" "$("$waxseal" report \
	query -d example.com --range all --group class --json --data d |
	json "$class")"
exits "a dry judgement" 0 "$waxseal" source set --dry-run --data d "$source" ours
exits "a judgement" 0 "$waxseal" source set --data d "$source" ours \
	--note "our printer"
check "it counts at once" "own" "$("$waxseal" report query -d example.com \
	--range all --group class --json --data d | json "$class")"
check "it is listed with its note" "ours our printer" \
	"$("$waxseal" source list --range all --json --data d | json \
		'next(s["triage"] + " " + s["note"] for s in it["sources"]
		if s["slug"] == "'"$source"'")')"
exits "and taken back" 0 "$waxseal" source set --data d "$source" none
check "as if it had never been" "own unrecognised" "$("$waxseal" report \
	query -d example.com --range all --group class --json --data d |
	json "$class")"
check "a source shows its addresses" 198.51.100.7 "$("$waxseal" source show \
	"$source" -d example.com --range all --json --data d |
	json 'it["addresses"][0]["key"]')"
exits "reading again" 0 "$waxseal" report reparse --data d
check "changes nothing" "2 18" "$("$waxseal" store stats --json --data d |
	json '"%(reports)d %(messages)d" % it')"
done_testing

#!/usr/bin/env bash
# The same mail as a folder, a Maildir, an mbox and through a pipe gives the
# same numbers, and a second import of any of them changes nothing.
set -u
waxseal=${WAXSEAL:?the program to test}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
number=0

# check TITLE EXPECTED GOT
check() {
	number=$((number + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		echo "# expected: $2"
		echo "# got:      $3"
	fi
}

# field NAME...: of the JSON object on standard input, blank-separated.
field() {
	python3 -c 'import json, sys
it = json.load(sys.stdin)
print(*(it[name] for name in sys.argv[1:]))' "$@"
}

totals() {
	"$waxseal" report query --data "$1" --range all --json | python3 -c '
import json, sys
it = json.load(sys.stdin)["totals"]
print(it["messages"], it["passed"], it["rows"])'
}

"$waxseal" sample generate --quiet --domains 2 --days 5 --tls --failures \
	--out folder >/dev/null || echo "not ok - sample mail"
mails=(folder/*)
check "there is mail to read" yes "$([ ${#mails[@]} -gt 10 ] && echo yes)"

mkdir -p Maildir/cur Maildir/new Maildir/tmp
for mail in "${mails[@]}"; do
	place=new
	[ $((number++ % 2)) = 0 ] || place=cur
	cp "$mail" "Maildir/$place/$(basename "$mail" .eml).host:2,S"
	{
		echo "From reports@example.net Sun Nov 22 00:00:00 2026"
		sed 's/\r$//; s/^\(>*From \)/>\1/' "$mail"
		echo
	} >>box.mbox
done
number=1

by_folder=$("$waxseal" report import --json --data a folder |
	field imported rejected ignored records messages)
check "nothing of a folder is rejected" 0 "$(cut -d' ' -f2 <<<"$by_folder")"
check "a Maildir is the same as a folder" "$by_folder" \
	"$("$waxseal" report import --json --data b Maildir |
		field imported rejected ignored records messages)"
check "an mbox is the same as a folder" "$by_folder" \
	"$("$waxseal" report import --json --data c box.mbox |
		field imported rejected ignored records messages)"
for mail in "${mails[@]}"; do
	"$waxseal" report import --quiet --data d - <"$mail" >/dev/null ||
		echo "not ok - pipe: $mail"
done
same=$(totals a)
check "there is something to count" yes "$([ -n "$same" ] &&
	[ "${same%% *}" -gt 0 ] && echo yes)"
check "the totals of a Maildir are those of a folder" "$same" "$(totals b)"
check "the totals of an mbox are those of a folder" "$same" "$(totals c)"
check "the totals of a pipe are those of a folder" "$same" "$(totals d)"

check "the same mail again is all duplicates" "0 0" \
	"$("$waxseal" report import --json --data a Maildir |
		field imported records | sed 's/^0 .*/0 0/')"
check "and the totals stay" "$same" "$(totals a)"
check "the store is in order" 0 "$("$waxseal" store check --data a \
	>/dev/null 2>&1; echo $?)"
echo "1..$number"

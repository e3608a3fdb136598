#!/usr/bin/env bash
# The forms of output: JSON as promised, CSV that parses, no escape bytes where
# nobody looks, hostile text made harmless.
. "$(dirname "$0")/tap.bash"

report 1 example.com 5 >good.xml
report $'2\x1b[2J' '=cmd.example' 7 | tr '\033' '?' >odd.xml
echo "<feedback><version>1</version>" >bad.xml
mkdir mail && cp good.xml odd.xml bad.xml mail/

one=$("$waxseal" report import --json --data d mail)
check "keys of the import, in order" \
	"schema files imported duplicates rejected ignored records messages items" \
	"$(json '" ".join(it)' <<<"$one")"
check "schema of the import" waxseal.report.import/1 \
	"$(json 'it["schema"]' <<<"$one")"
check "keys of an item, in order" \
	"path member status kind org report_id domain begin end records messages passed repairs reason" \
	"$(json '" ".join(it["items"][0])' <<<"$one")"
check "numbers of an item" "5 7 5" "$(json \
	'"5 %d %d" % next((i["messages"], i["passed"]) for i in it["items"]
	if i["domain"] == "example.com")' <<<"$one")"
check "unknown is null for the rejected" "rejected True True True" "$(json \
	'" ".join(str(x) for x in next((i["status"], i["org"] is None,
	i["records"] is None, i["member"] is None) for i in it["items"]
	if i["path"].endswith("bad.xml")))' <<<"$one")"
check "a reason begins with its code" True "$(json \
	'any("." in i["reason"].split(":")[0] for i in it["items"]
	if i["status"] == "rejected")' <<<"$one")"
check "JSON lines are items" "path path path" \
	"$("$waxseal" report import --format jsonl --data e mail |
		python3 -c 'import json, sys
print(*(next(iter(json.loads(line))) for line in sys.stdin))')"
check "a dry run counts" 2 "$("$waxseal" report import --dry-run --json \
	--data never mail 2>/dev/null | json 'it["imported"]')"
check "and makes no store" no "$([ -e never ] && echo yes || echo no)"

list=$("$waxseal" report list --json --data d)
check "keys of a list" "schema reports next" "$(json '" ".join(it)' <<<"$list")"
check "keys of a report" \
	"id kind org report_id domain begin end records messages passed trust received_at repairs" \
	"$(json '" ".join(it["reports"][0])' <<<"$list")"
check "files of one's own are trusted" operator \
	"$(json 'it["reports"][0]["trust"]' <<<"$list")"
check "the rejected are listed too" 1 \
	"$("$waxseal" report list --rejected --json --data d |
		json 'len(it["reports"])')"

query=$("$waxseal" report query -d example.com --range all --json --data d)
check "keys of an answer" "schema query rows totals next" \
	"$(json '" ".join(it)' <<<"$query")"
check "keys of a row" \
	"key label messages passed own own_passed forwarded unrecognised blocked spf_aligned dkim_aligned rows reports sources first_seen last_seen" \
	"$(json '" ".join(it["rows"][0])' <<<"$query")"
check "totals" "7 5" \
	"$(json '"%(messages)d %(passed)d" % it["totals"]' <<<"$query")"
check "the question is echoed" "source example.com" \
	"$(json 'it["query"]["group"] + " " + it["query"]["domain"][0]' \
		<<<"$query")"

for form in table plain csv json jsonl; do
	check "no escape bytes in $form through a pipe" 0 \
		"$("$waxseal" report query --range all --data d --format $form |
			tr -cd '\033' | wc -c)"
done
"$waxseal" report export --data d --format csv --quiet >rows.csv
check "CSV parses and every row is as wide as its head" "5 True" \
	"$(python3 -c 'import csv
rows = list(csv.reader(open("rows.csv", newline="")))
print(len(rows), len({len(row) for row in rows}) == 1)')"
check "CSV lines end as RFC 4180 says" 5 "$(grep -c $'\r$' rows.csv)"
check "no cell begins a formula" 0 "$(python3 -c 'import csv
rows = csv.reader(open("rows.csv", newline=""))
print(sum(cell[:1] in "=+-@" and cell[:1] != "" for row in rows
          for cell in row))')"
check "an export has every row" 4 \
	"$("$waxseal" report export --data d --format jsonl --quiet | wc -l)"

report 3 example.net 1 | sed 's/reporter\.example</ev\xe2\x80\xaeil</' >bidi.xml
"$waxseal" report import --quiet --data d bidi.xml >/dev/null
check "text that turns the line round is shown escaped" 1 \
	"$("$waxseal" report list --data d --format table |
		grep -c 'ev\\u{202e}il')"

cp good.xml again.xml
id=$("$waxseal" report list -d example.com --json --data d |
	json 'it["reports"][0]["id"]')
"$waxseal" report show "$id" --raw --data d >raw.bin
check "the attachment comes back" "$(cat good.xml)" \
	"$(if gzip -t <raw.bin 2>/dev/null; then gzip -dc raw.bin; else
		cat raw.bin; fi)"
check "a report shows its rows" 2 \
	"$("$waxseal" report show "$id" --json --data d | json 'len(it["rows"])')"
done_testing

#!/usr/bin/env bash
# Two imports at once wait for each other; one that is stopped keeps what it
# acknowledged and goes on when asked again.
. "$(dirname "$0")/tap.bash"

"$waxseal" sample generate --quiet --domains 2 --days 20 --seed 1 --out a \
	>/dev/null
"$waxseal" sample generate --quiet --domains 2 --days 20 --seed 2 --out b \
	>/dev/null
"$waxseal" report import --json --quiet --data both a >a.json &
first=$!
"$waxseal" report import --json --quiet --data both b >b.json
check "the second import ends well" 0 $?
wait $first
check "so does the first" 0 $?
mails=$(($(ls a | wc -l) + $(ls b | wc -l)))
check "nothing is lost between them" "$mails" \
	"$(($(json 'len(it["items"])' <a.json) + $(json 'len(it["items"])' <b.json)))"
exits "the store is in order" 0 "$waxseal" store check --data both

"$waxseal" report import --quiet --data alone a b >/dev/null
totals='"%(messages)d %(passed)d %(rows)d" % it["totals"]'
check "the numbers are those of one import" \
	"$("$waxseal" report query --range all --json --data alone |
		json "$totals")" \
	"$("$waxseal" report query --range all --json --data both |
		json "$totals")"

"$waxseal" sample generate --quiet --domains 4 --days 100 --out many >/dev/null
"$waxseal" report import --format jsonl --quiet --data s many >seen.jsonl &
import=$!
for _ in $(seq 200); do
	[ -s seen.jsonl ] && break
	sleep 0.05
done
kill -TERM $import
wait $import
check "a stopped import says so" 130 $?
seen=$(wc -l <seen.jsonl)
check "it did something, but not all" yes \
	"$([ "$seen" -gt 0 ] && [ "$seen" -lt "$(ls many | wc -l)" ] && echo yes)"
check "what it told is stored" "$seen" "$(python3 -c 'import json
ids = {json.loads(line)["report_id"] for line in open("seen.jsonl")}
print(len(ids))')"
"$waxseal" report import --json --quiet --data s many >rest.json
check "the rest follows, nothing twice" "$seen $(ls many | wc -l)" \
	"$(json '"%d %d" % (it["duplicates"],
	it["duplicates"] + it["imported"])' <rest.json)"

"$waxseal" report import --format jsonl --quiet --data k many >seen.jsonl &
import=$!
for _ in $(seq 200); do
	[ -s seen.jsonl ] && break
	sleep 0.05
done
kill -KILL $import
wait $import 2>/dev/null
check "after a kill the answers have all that is stored" \
	"$("$waxseal" store stats --json --data k | json 'it["messages"]')" \
	"$("$waxseal" report query --range all --json --data k |
		json 'it["totals"]["messages"]')"
done_testing

#!/usr/bin/env bash
# While a server runs the store is its to write: what changes it is asked of
# the server, and gives the same as without one.
. "$(dirname "$0")/tap.bash"

free_port() {
	python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}
totals() {
	"$waxseal" report query --range all --json --data "$1" |
		json '"%(messages)d %(passed)d" % it["totals"]'
}
# The same changes to a store: what they print.
change() { # DIR
	"$waxseal" report reparse --json --quiet --data "$1" |
		json '"%d %d" % (it["imported"], len(it["items"]))'
	"$waxseal" report reparse 1 --json --quiet --data "$1" |
		json '"%d %d" % (it["imported"], len(it["items"]))'
	"$waxseal" report delete 1 --yes --json --data "$1" | json 'it["reports"]'
	"$waxseal" report delete 1 --yes --data "$1" >/dev/null 2>&1
	echo "again: $?"
	"$waxseal" source set "$slug" ignored --json --data "$1" |
		json 'it["triage"]'
	"$waxseal" source set no-such-source ours --data "$1" >/dev/null 2>&1
	echo "unknown: $?"
	"$waxseal" report delete --domain "$domain" --yes --json --data "$1" |
		json 'it["reports"] > 0'
	totals "$1"
}

"$waxseal" sample generate --quiet --domains 2 --days 5 --out mails >/dev/null
for dir in alone served; do
	"$waxseal" report import --quiet --data $dir mails >/dev/null
done
slug=$("$waxseal" source list --range all --json --data alone |
	json 'it["sources"][0]["slug"]')
domain=$("$waxseal" report list --json --data alone |
	json 'it["reports"][-1]["domain"]')
cat >w.conf <<-CONF
	hostname = reports.test
	store { path = "$work/served" }
	web { listen = "127.0.0.1:$(free_port)" }
	smtp { listen = "127.0.0.1:$(free_port)" }
	metrics { listen = "" }
CONF
"$waxseal" --config w.conf serve 2>log </dev/null &
server=$!
trap 'kill -9 $server 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 300); do
	grep -q "waxseal is ready" log && break
	sleep 0.1
done
before=$(totals served)
change alone >alone.txt
change served >served.txt
check "each change gives the same by the server" "$(cat alone.txt)" \
	"$(cat served.txt)"
check "and was one" yes "$([ "$before" != "$(totals served)" ] && echo yes)"
kill -TERM "$server"
wait "$server"
check "the server ends well" 0 $?
exits "the store is in order" 0 "$waxseal" store check --data served
check "and says the same afterwards" "$(totals alone)" "$(totals served)"
done_testing

#!/usr/bin/env bash
# Users, tokens and domains from the command line; no secret stays behind.
. "$(dirname "$0")/tap.bash"

ws() {
	"$waxseal" --data d "$@"
}
# found TEXT: whether it stands in a file of the data directory.
found() {
	grep -qraF -- "$1" d && echo yes || echo no
}

token=$(ws setup-token 2>/dev/null)
check "a setup token has 43 characters" 43 ${#token}
check "it is not kept" no "$(found "$token")"
check "the directory is ours alone" 700 "$(stat -c %a d)"
check "and so is the file" 600 "$(stat -c %a d/control.db)"

check "a password comes from standard input" \
	"anna can sign in now." \
	"$(echo "correct horse" | ws user add anna --role admin)"
check "it is not kept" no "$(found "correct horse")"
printf 'battery staple\r\n' >pw
exits "or from a file" 0 "$waxseal" --data d user add vera --password-file pw
exits "a short one is refused" 1 \
	bash -c 'echo short | "$0" --data d user add bob' "$waxseal"
exits "so is none at all" 1 "$waxseal" --data d user add bob
exits "a name is there once" 7 \
	"$waxseal" --data d user add VERA --password-file pw
exits "setting up is over" 7 "$waxseal" --data d setup-token
exits "a role has to be one" 2 \
	"$waxseal" --data d user add bob --role owner --password-file pw
check "who there is" "anna admin,vera viewer" \
	"$(ws user list --format plain | tail -n +2 | cut -f1,2 |
		tr '\t\n' ' ,' | sed 's/,$//')"
exits "a new password" 0 "$waxseal" --data d user passwd vera \
	--password-file pw
exits "of nobody" 4 "$waxseal" --data d user passwd nobody --password-file pw
exits "the last admin stays" 7 "$waxseal" --data d user remove anna --yes
exits "removing asks" 2 "$waxseal" --data d user remove vera
exits "a rehearsal removes nobody" 0 \
	"$waxseal" --data d user remove vera --dry-run
exits "then it is done" 0 "$waxseal" --data d user remove vera --yes
exits "once" 4 "$waxseal" --data d user remove vera --yes

secret=$(ws token add backup --scope upload --scope read --days 30 2>/dev/null)
check "a token says whose it is" ws_ "${secret:0:3}"
check "it is not kept" no "$(found "$secret")"
check "what it may" "backup read upload" \
	"$(ws token list --format plain | sed -n 2p | cut -f2,3 | tr '\t' ' ')"
exits "without an end there is none" 2 \
	"$waxseal" --data d token add x --days 0
exits "a token goes" 0 "$waxseal" --data d token remove 1 --yes
exits "once" 4 "$waxseal" --data d token remove 1 --yes

# Before any domain is registered everything counts.
report 1 example.org 5 | sed 's|<p>[a-z]*</p>|<p>quarantine</p>|' >seen.xml
ws report import seen.xml >/dev/null 2>&1
cat >waxseal.conf <<'CONF'
hostname = "reports.example.net"
CONF
ws --config waxseal.conf domain add example.com >added 2>/dev/null
address=$(sed -n 's/^example.com: reports are mailed to //p' added)
check "the address is at our host" reports.example.net "${address#*@}"
check "three records to publish" \
	"_dmarc.example.com. 3600 IN TXT \"v=DMARC1; p=none; rua=mailto:$address\"
_smtp._tls.example.com. 3600 IN TXT \"v=TLSRPTv1; rua=mailto:$address\"
example.com._report._dmarc.reports.example.net. 3600 IN TXT \"v=DMARC1\"" \
	"$(grep TXT added | sed 's|,https.*tlsrpt/[a-z0-9]*||')"
check "a policy that reports saw stays" "p=quarantine;" \
	"$(ws domain add example.org 2>/dev/null | grep -o 'p=[a-z]*;')"
check "a parked domain rejects" "p=reject;" \
	"$(ws domain add --purpose parked parked.example 2>/dev/null |
		grep -o 'p=[a-z]*;')"
exits "twice is a conflict" 7 "$waxseal" --data d domain add Example.COM
exits "a public suffix is none of ours" 1 "$waxseal" --data d domain add co.uk
check "of several, the good ones are added" "nb.example" \
	"$(ws domain add co.uk nb.example --json 2>/dev/null |
		sed 's/"results".*//' | grep -o '"domain":"[^"]*"' | cut -d'"' -f4)"
check "which there are" "example.com example.org nb.example parked.example" \
	"$(ws domain list --format plain | tail -n +2 | cut -f1 | xargs)"
check "shown once more" "$(grep TXT added)" \
	"$(ws --config waxseal.conf domain show example.com | grep TXT)"
printf 'Name,Domain\nfirst,list.example\nsecond,b lank\nthird,co.uk\nfourth,Example.com\n' >table.csv
check "a file shows first what would come" "0" \
	"$(ws domain add --from table.csv --dry-run >seen 2>/dev/null
		ws domain list --format plain | grep -c list.example)"
check "each with its verdict" \
	"list.example added 2,b lank refused 3,co.uk refused 4,example.com there 5," \
	"$(ws domain add --from table.csv --dry-run --format plain 2>/dev/null |
		tail -n +2 | cut -f1-3 | tr '\t\n' ' ,')"
exits "one that is refused is told" 1 "$waxseal" --data d domain add --from table.csv
check "and the others are added" "1" \
	"$(ws domain list --format plain | grep -c '^list.example')"
printf '$ORIGIN zone.example.\n@ 60 SOA a. b. 1 2 3 4 5\nwww A 192.0.2.1\n' >zone
check "a zone file gives its zone" "zone.example added" \
	"$(ws domain add --from - --format plain <zone 2>/dev/null |
		tail -n +2 | cut -f1,2 | tr '\t' ' ')"
exits "no more than the quota" 1 env WAXSEAL_QUOTA_DOMAINS=3 \
	"$waxseal" --data d domain add more.example
for name in list.example zone.example; do
	ws domain remove "$name" --yes >/dev/null 2>&1
done
exits "of none" 4 "$waxseal" --data d domain show example.net
exits "a domain goes" 0 "$waxseal" --data d domain remove example.com --yes
exits "once" 4 "$waxseal" --data d domain remove example.com --yes
check "its reports stay" 1 "$(ws report list --range all --format plain | tail -n +2 |
	wc -l)"
done_testing

#!/usr/bin/env bash
# The configuration: checked with line and suggestion, shown with origins.
. "$(dirname "$0")/tap.bash"

report 1 example.com 5 >good.xml
cat >good.conf <<'CONF'
# where the reports are
store {
	path = "kept"
	retention_raw = "12w"
}
CONF
printf 'store {\n\tpth = "x"\n}\n' >typo.conf
printf 'store {\n\tretention_raw = "soon"\n}\n' >value.conf
printf 'store {\n\tpath = "x\n' >broken.conf

exits "a good file" 0 "$waxseal" config check good.conf
for name in typo value broken; do
	exits "a $name file is a bad configuration" 8 \
		"$waxseal" config check $name.conf
	exits "and stops every command ($name)" 8 \
		"$waxseal" --config $name.conf report list
	exits "but not the help ($name)" 0 \
		"$waxseal" --config $name.conf report list --help
done
says "file, line and what was meant" "typo.conf:2: store.pth -> store.path?" \
	"$waxseal" config check typo.conf
says "what a value may be" "value.conf:2: store.retention_raw" \
	"$waxseal" config check value.conf
exits "a file that is not there" 8 "$waxseal" --config none.conf report list

"$waxseal" --config good.conf report import good.xml --quiet >/dev/null
check "the file says where the store is" yes "$([ -d kept ] && echo yes)"
WAXSEAL_STORE_PATH=elsewhere "$waxseal" --config good.conf report import \
	good.xml --quiet >/dev/null
check "the environment wins over the file" yes "$([ -d elsewhere ] && echo yes)"
WAXSEAL_STORE_PATH=elsewhere "$waxseal" --config good.conf --data third \
	report import good.xml --quiet >/dev/null
check "the option wins over both" yes "$([ -d third ] && echo yes)"
"$waxseal" report import good.xml --quiet >/dev/null
check "without any it is ./data" yes "$([ -d data ] && echo yes)"

check "each value names its origin" \
	"store.path	other	env WAXSEAL_STORE_PATH
store.retention_raw	12w	good.conf:4
store.retention_rows	730d	default" \
	"$(WAXSEAL_STORE_PATH=other "$waxseal" config show --effective \
		--config good.conf | grep '^store' | sed 3q)"
check "as JSON too" good.conf:4 "$("$waxseal" config show --effective --json \
	--config good.conf | json 'it["settings"][2]["origin"]')"
check "a check as JSON" "False config.unknown_key" \
	"$("$waxseal" config check typo.conf --json 2>/dev/null |
		json 'str(it["valid"]) + " " + it["reason"].split(":")[0]')"
done_testing

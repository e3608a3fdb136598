# Sourced by the tests of the command line: a program to test, a directory to
# work in, and TAP.
set -u
waxseal=${WAXSEAL:?the program to test}
case $waxseal in /*) ;; *) waxseal=$PWD/$waxseal ;; esac
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
unset LANG LC_ALL LC_MESSAGES LC_CTYPE NO_COLOR COLUMNS
number=0

# check TITLE EXPECTED GOT
check() {
	number=$((number + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		printf '%s\n' "$2" | sed 's/^/# expected: /'
		printf '%s\n' "$3" | sed 's/^/# got:      /'
	fi
}

# exits TITLE STATUS COMMAND...: runs quietly and looks at the exit status.
exits() {
	local title=$1 want=$2
	shift 2
	"$@" >out.txt 2>err.txt </dev/null
	check "$title" "$want" $?
}

# says TITLE TEXT COMMAND...: standard error has TEXT somewhere.
says() {
	local title=$1 want=$2 got
	shift 2
	got=$("$@" 2>&1 >/dev/null </dev/null)
	case $got in
	*"$want"*) check "$title" "$want" "$want" ;;
	*) check "$title" "$want" "$got" ;;
	esac
}

done_testing() {
	echo "1..$number"
}

# report ID DOMAIN COUNT: a small report of one passing and one failing row.
report() {
	cat <<XML
<?xml version="1.0" encoding="UTF-8"?>
<feedback>
<version>1.0</version>
<report_metadata>
<org_name>reporter.example</org_name>
<email>dmarc@reporter.example</email>
<report_id>$1</report_id>
<date_range><begin>1794355200</begin><end>1794441599</end></date_range>
</report_metadata>
<policy_published>
<domain>$2</domain><adkim>r</adkim><aspf>r</aspf><p>none</p><sp>none</sp>
<pct>100</pct>
</policy_published>
<record>
<row><source_ip>192.0.2.1</source_ip><count>$3</count>
<policy_evaluated><disposition>none</disposition><dkim>pass</dkim>
<spf>pass</spf></policy_evaluated></row>
<identifiers><header_from>$2</header_from></identifiers>
<auth_results>
<dkim><domain>$2</domain><selector>s1</selector><result>pass</result></dkim>
<spf><domain>$2</domain><result>pass</result></spf>
</auth_results>
</record>
<record>
<row><source_ip>198.51.100.7</source_ip><count>2</count>
<policy_evaluated><disposition>none</disposition><dkim>fail</dkim>
<spf>fail</spf></policy_evaluated></row>
<identifiers><header_from>$2</header_from></identifiers>
<auth_results>
<spf><domain>other.example</domain><result>fail</result></spf>
</auth_results>
</record>
</feedback>
XML
}

# keys PYTHON-EXPRESSION: of the JSON on standard input, as `it`.
json() {
	python3 -c 'import json, sys
it = json.load(sys.stdin)
print(eval(sys.argv[1]))' "$1"
}

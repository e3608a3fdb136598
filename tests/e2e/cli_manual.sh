#!/usr/bin/env bash
# The manual pages in docs/man are what the program itself prints.
. "$(dirname "$0")/tap.bash"

docs=$here/../../docs/man
pages=$("$waxseal" man pages)
check "there are pages" yes "$([ -n "$pages" ] && echo yes)"
for page in $pages; do
	"$waxseal" man "$page" >"$page"
	check "docs/man/$page is up to date" "" \
		"$(diff "$docs/$page" "$page" 2>&1 | head -5)"
	if command -v mandoc >/dev/null; then
		# Whether other pages are installed is not the page's fault.
		check "$page is clean mdoc" "" "$(mandoc -Tlint "$page" 2>&1 |
			grep -v 'referenced manual not found')"
	fi
done
check "nothing else lies there" "$(sort <<<"$pages")" "$(ls "$docs" | sort)"
exits "a page that is not there" 4 "$waxseal" man waxseal-nothing
done_testing

#!/usr/bin/env bash
# What is mistyped is told with what was probably meant, and every way to end
# has its exit status.
. "$(dirname "$0")/tap.bash"

exits "version is fine" 0 "$waxseal" version
check "version names the program" "waxseal" "$(cut -d' ' -f1 out.txt)"
exits "--version says the same" 0 "$waxseal" --version
exits "no words at all show the help" 0 "$waxseal"
exits "help is fine" 0 "$waxseal" report import --help
check "help begins with what it is for and examples" "Examples" \
	"$(sed -n 3p out.txt)"
check "help goes to standard output" "" "$(cat err.txt)"
exits "an unknown command is misuse" 2 "$waxseal" frobnicate
exits "an unknown verb is misuse" 2 "$waxseal" report qery
exits "a noun alone is misuse" 2 "$waxseal" report
exits "an unknown option is misuse" 2 "$waxseal" report list --wrong
exits "an unknown format is misuse" 2 "$waxseal" report list --format xml
exits "a form that a command lacks is misuse" 2 \
	"$waxseal" store stats --format csv
exits "nothing to import is misuse" 2 "$waxseal" report import
exits "a bad filter is misuse" 2 "$waxseal" report query --range soon
check "misuse leaves standard output alone" "" "$(cat out.txt)"
exits "a store that is not there" 4 "$waxseal" --data none report list
check "and it is not made by looking" no "$([ -e none ] && echo yes || echo no)"
exits "a backup that is not there" 4 \
	"$waxseal" --data none store restore none.db --yes

says "a command is suggested" "Did you mean report?" "$waxseal" reprot list
says "a verb is suggested" "Did you mean query?" "$waxseal" report qurey
says "an option is suggested" "Did you mean --format?" \
	"$waxseal" report list --fromat json
says "a word is suggested" "Did you mean jsonl?" \
	"$waxseal" report list --format josnl
says "the way to help is told" "See: waxseal report list --help" \
	"$waxseal" report list --fromat json
check "quiet leaves only the fault" 1 \
	"$("$waxseal" -q report qurey 2>&1 | wc -l)"

report 1 example.com 5 >good.xml
echo "<feedback><version>1</version>" >bad.xml
exits "a good report" 0 "$waxseal" report import --data d good.xml
exits "something rejected" 1 "$waxseal" report import --data d bad.xml good.xml
exits "no such file is something rejected" 1 \
	"$waxseal" report import --data d nowhere.xml
exits "no such report" 4 "$waxseal" report show --data d 999
exits "an id that is none" 2 "$waxseal" report show --data d x
exits "no such source" 4 "$waxseal" source show --data d nobody
exits "a judgement that is none" 2 \
	"$waxseal" source set --data d 192.0.2.0/24 friends
if [ "$(id -u)" != 0 ]; then
	mkdir closed && chmod 000 closed
	exits "a place that is not ours" 5 \
		"$waxseal" report import --data closed/d good.xml
	chmod 700 closed
fi

exits "a full standard output is not silence" 6 \
	bash -c '"$0" help >/dev/full' "$waxseal"
"$waxseal" report query --data d --range all --format jsonl 2>err.txt |
	head -c 1 >/dev/null
check "a reader that leaves early makes no noise" "" "$(cat err.txt)"
done_testing

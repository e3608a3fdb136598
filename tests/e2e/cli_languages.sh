#!/usr/bin/env bash
# The command line speaks English, Japanese and Norwegian.
. "$(dirname "$0")/tap.bash"

report 1 example.com 1500 >good.xml
"$waxseal" report import --quiet --data d good.xml >/dev/null

# table LANG
table() {
	"$waxseal" report query --range all --data d --format table \
		--group class --lang "$1" 2>err.txt
}

check "an English table" \
	"CLASS          MSGS  PASS%   SPF%  DKIM%  FIRST SEEN        LAST
own           1,500  100.0  100.0  100.0  2026-11-11  2026-11-11
unrecognised      2    0.0      -      -  2026-11-11  2026-11-11" \
	"$(table en)"
check "an English total" "Total: 1,500 of 1,502 messages passed DMARC." \
	"$(cat err.txt)"
check "a Norwegian table" \
	"KLASSE  MELD.    OK%   SPF%  DKIM%  FØRST SETT        SIST
egen    1 500  100,0  100,0  100,0  2026-11-11  2026-11-11
ukjent      2    0,0      -      -  2026-11-11  2026-11-11" \
	"$(table nb)"
check "a Norwegian total" "Totalt: 1 500 av 1 502 meldinger besto DMARC." \
	"$(cat err.txt)"
check "a Japanese table is aligned by width" \
	"分類    メール数  成功率   SPF%  DKIM%        初回        最終
自組織     1,500   100.0  100.0  100.0  2026-11-11  2026-11-11
未識別         2     0.0      -      -  2026-11-11  2026-11-11" \
	"$(table ja)"
check "a Japanese total" "合計: メール 1,502 通中 1,500 通がDMARC成功。" \
	"$(cat err.txt)"

# head_of LOCALE: the first word of the help of list.
heading() {
	env "$@" "$waxseal" report list --help | sed -n 3p
}
check "LC_MESSAGES is heard" Eksempler "$(heading LC_MESSAGES=nb_NO.UTF-8)"
check "LANG is heard" 使用例 "$(heading LANG=ja_JP.UTF-8)"
check "LC_ALL wins" Examples "$(heading LC_ALL=C LANG=ja_JP.UTF-8)"
check "Nynorsk gets Norwegian" Eksempler "$(heading LANG=nn_NO.UTF-8)"
check "a language we lack gets English" Examples "$(heading LANG=fr_FR.UTF-8)"
check "--lang wins over all" Eksempler \
	"$(LC_ALL=ja_JP.UTF-8 "$waxseal" --lang nb report list --help |
		sed -n 3p)"
says "a fault is told in the language too" "--kind に x は" \
	"$waxseal" report list --kind x --lang ja
exits "a language nobody speaks is misuse" 2 "$waxseal" report list --lang tlh
check "JSON is the same in every language" \
	"$("$waxseal" report query --range all --data d --json --lang en)" \
	"$("$waxseal" report query --range all --data d --json --lang ja)"

for lang in en ja nb; do
	missing=$({
		for noun in report tls failure source store sample config; do
			"$waxseal" "$noun" --help --lang $lang
		done
		"$waxseal" man waxseal.conf --lang $lang
	} | grep -o '\bcli\.[a-z_.]*' | sort -u)
	check "no bare keys in the help ($lang)" "" "$missing"
done
done_testing

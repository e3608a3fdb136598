# lib.sh - what the scripts in this directory share; sourced, never run.
# shellcheck shell=bash
#
# A script that sources this file stands in the project's root afterwards.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
# CI and a standard input that is no terminal answer every question with yes.
assume_yes=${assume_yes:-}
[ -n "${CI:-}" ] || [ ! -t 0 ] && assume_yes=1
export LC_ALL=C.UTF-8

say() { printf '%s\n' "$*" >&2; }
die() {
	say "$0: $*"
	exit 1
}

installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# npm counts as installed wherever it came from: other sources of Node.js
# bring it inside another package.
satisfied() {
	local package

	for package in "$@"; do
		installed "$package" && return 0
		[ "$package" != npm ] || ! command -v npm >/dev/null || return 0
	done
	return 1
}

known() { [ -n "$(apt-cache madison "$1" 2>/dev/null)" ]; }

# missing_packages SET...: one package a line, the first alternative that the
# package lists know, or the first of all.
missing_packages() {
	local set line packages package

	while read -r set line; do
		[[ " $* " == *" $set "* ]] || continue
		read -ra packages <<<"$line"
		satisfied "${packages[@]}" && continue
		for package in "${packages[@]}"; do
			known "$package" && break
			package=${packages[0]}
		done
		printf '%s\n' "$package"
	done < <(grep -v '^#' tools/packages)
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "this needs root: $*"
	fi
}

apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@"; }

lists_are_there() {
	compgen -G '/var/lib/apt/lists/*Packages*' >/dev/null
}

agree() {
	local answer

	[ -z "$assume_yes" ] || return 0
	read -r -p "Install them now? [y/N] " answer
	[[ $answer == [yY]* ]]
}

# need_packages SET...: installs what is missing of those sets.
need_packages() {
	local missing log

	if ! command -v dpkg-query >/dev/null; then
		say "No Debian packages here: install by hand what tools/packages" \
			"names for: $*"
		return 0
	fi
	mapfile -t missing < <(missing_packages "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	if ! lists_are_there; then
		say "Reading package lists ..."
		apt update >&2
		mapfile -t missing < <(missing_packages "$@")
	fi
	say "Packages to install (for: $*): ${missing[*]}"
	agree || die "stopped; nothing was installed"
	log=$(mktemp)
	if ! apt install -y --no-install-recommends "${missing[@]}" \
		>"$log" 2>&1; then
		# The lists may be older than the archive.
		if ! { apt update && apt install -y --no-install-recommends \
			"${missing[@]}"; } >>"$log" 2>&1; then
			cat "$log" >&2
			rm -f "$log"
			die "could not install: ${missing[*]}"
		fi
	fi
	rm -f "$log"
}

# build_dashboard: makes web/dist, which the program has inside. Without npm
# the program is built all the same and shows a plain page.
build_dashboard() {
	local log

	if ! command -v npm >/dev/null; then
		say "No npm here: the program will have no dashboard."
		return 0
	fi
	log=$(mktemp)
	# npm notes there what it has installed.
	if ! { [ web/node_modules/.package-lock.json -nt web/package-lock.json ] ||
		npm --prefix web ci --ignore-scripts --no-audit --no-fund; } \
		>"$log" 2>&1 || ! node web/build.mjs >>"$log" 2>&1; then
		cat "$log" >&2
		rm -f "$log"
		die "could not build the dashboard"
	fi
	tail -n 1 "$log" >&2
	rm -f "$log"
}

# configure DIRECTORY OPTION...: quiet unless it fails.
configure() {
	local dir=$1
	shift

	mkdir -p "$dir"
	if ! cmake -S . -B "$dir" -G Ninja "$@" >"$dir/configure.log" 2>&1; then
		cat "$dir/configure.log" >&2
		die "cmake could not configure $dir"
	fi
}

#!/usr/bin/env bash
# A server's life: it begins, is alone on its directory, begins dead roles
# again, reads its configuration anew, and ends; killed, it takes its roles
# along.
. "$(dirname "$0")/tap.bash"

free_port() {
	python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}
# soon COMMAND...: whether it succeeds within thirty seconds.
soon() {
	local i
	for ((i = 0; i < 300; i++)); do
		"$@" >/dev/null 2>&1 && echo yes && return
		sleep 0.1
	done
	echo no
}
logged() {
	grep -q -- "$1" log
}
role() {
	ps --ppid "$server" -o pid=,args= | awk -v t="$1" '$3 == t {print $1}'
}
runs_anew() { # ROLE OLD-PID
	local now
	now=$(role "$1")
	[ -n "$now" ] && [ "$now" != "$2" ]
}
greets() {
	python3 -c 'import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5)
sys.exit(s.recv(4) != b"220 ")' "$1"
}
begin() {
	: >log
	"$waxseal" --config w.conf serve 2>log </dev/null &
	server=$!
}

web=$(free_port) mail=$(free_port) other=$(free_port)
configure() { # MAIL-PORT
	cat >w.conf <<-CONF
		hostname = reports.test
		store { path = "$work/data" }
		web { listen = "127.0.0.1:$web" }
		smtp { listen = "127.0.0.1:$1" lmtp_listen = "$work/l.sock" }
		metrics { listen = "" }
	CONF
}
configure "$mail"
begin
trap 'kill -9 $server 2>/dev/null; rm -rf "$work"' EXIT
check "it says when it is ready, and where" yes "$(soon logged \
	"^waxseal is ready: web http://127.0.0.1:$web, SMTP 127.0.0.1:$mail")"
check "the first user gets a link" yes \
	"$(soon logged "http://127.0.0.1:$web/setup?token=")"
check "each role has a title" "intake: writer: web: " \
	"$(for r in intake writer web; do
		[ -n "$(role $r)" ] && echo -n "$r: "
	done)"
check "mail is greeted" yes "$(soon greets "$mail")"
exits "a second server is told so" 7 "$waxseal" --config w.conf serve
exits "a role that is none is a misuse" 2 "$waxseal" serve --role cook

old=$(role intake)
kill -9 "$old"
check "a role that died begins again" yes "$(soon runs_anew intake "$old")"
check "and greets mail again" yes "$(soon greets "$mail")"

old=$(role intake)
configure "$other"
kill -HUP "$server"
check "a reload opens another port" yes "$(soon greets "$other")"
check "with a role that read it" yes "$(soon runs_anew intake "$old")"
check "and closes the one before" no \
	"$(greets "$mail" 2>/dev/null && echo yes || echo no)"
echo 'smtp { listen = "nowhere" }' >>w.conf
kill -HUP "$server"
check "a bad configuration is told" yes "$(soon logged reload_failed)"
check "and changes nothing" yes "$(soon greets "$other")"

configure "$mail"
kill -TERM "$server"
wait "$server"
check "asked to end, it does" 0 $?
check "and leaves no socket" no "$([ -e l.sock ] && echo yes || echo no)"

begin
check "it begins again" yes "$(soon greets "$mail")"
roles=$(ps --ppid "$server" -o pid= | tr -d ' ' | paste -sd,)
kill -9 "$server"
wait "$server" 2>/dev/null
# Where nobody buries the dead (a chroot's first process) they stay as zombies.
check "killed, it takes its roles along" yes \
	"$(soon bash -c '! ps -p '"$roles"' -o stat= | grep -qv ^Z')"
begin
check "and the next one finds nothing in its way" yes "$(soon greets "$mail")"
kill -TERM "$server"
wait "$server"
check "what was killed left a good directory" 0 $?

if [ "$(id -u)" = 0 ]; then
	chmod 755 "$work"
	chown -R root: data
	echo 'serve { user = "nobody" }' >>w.conf
	begin
	check "a directory that root used serves another user" yes \
		"$(soon greets "$mail")"
	check "nothing in it stays root's" "" "$(find data -user root)"
	kill -TERM "$server"
	wait "$server"
	check "who ends as asked" 0 $?
fi

if command -v systemd-analyze >/dev/null; then
	check "the service is well locked in" yes "$(systemd-analyze security \
		--offline=yes --threshold=20 \
		"$here/../../packaging/systemd/waxseal.service" >out.txt 2>&1 &&
		echo yes || tail -1 out.txt)"
fi
done_testing

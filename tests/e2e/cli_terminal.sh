#!/usr/bin/env bash
# On a terminal there are tables, colours unless unwanted, and questions.
. "$(dirname "$0")/tap.bash"

# on_terminal ANSWER COMMAND...: standard input and output are a terminal of 80
# columns; what came out, with the exit status as the last line.
on_terminal() {
	python3 -c 'import fcntl, os, pty, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 25, 80, 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
if sys.argv[1]:
    os.write(fd, sys.argv[1].encode() + b"\n")
out = b""
while True:
    try:
        piece = os.read(fd, 65536)
    except OSError:
        break
    if not piece:
        break
    out += piece
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stdout.buffer.write(out.replace(b"\r\n", b"\n"))
print(status)' "$@"
}

export TERM=xterm
report 1 example.com 5 >good.xml
"$waxseal" report import --quiet --data d good.xml >/dev/null

table=$(on_terminal "" "$waxseal" report query --range all --data d)
check "a terminal gets colours" yes \
	"$(grep -q $'\033' <<<"$table" && echo yes)"
check "NO_COLOR takes them away" 0 "$(NO_COLOR=1 on_terminal "" "$waxseal" \
	report query --range all --data d | tr -cd '\033' | wc -c)"
check "so does --no-color" 0 "$(on_terminal "" "$waxseal" report query \
	--no-color --range all --data d | tr -cd '\033' | wc -c)"
check "and a dumb terminal" 0 "$(TERM=dumb on_terminal "" "$waxseal" report \
	query --range all --data d | tr -cd '\033' | wc -c)"
check "a hint says what is next" 1 "$(on_terminal "" "$waxseal" report import \
	--data d good.xml | grep -c '^Next: waxseal report query')"
check "lines are no wider than the terminal" 0 \
	"$(on_terminal "" "$waxseal" report list --no-color --data d |
		python3 -c 'import sys
data = sys.stdin.buffer.read().decode()
print(sum(len(line) > 80 for line in data.splitlines()))')"
check "raw bytes do not go to a terminal" 2 \
	"$(on_terminal "" "$waxseal" report show 1 --raw --data d | tail -1)"

check "no is no" "0 1" "$(on_terminal n "$waxseal" report delete 1 --data d |
	tail -1) $("$waxseal" report list --data d --json |
		json 'len(it["reports"])')"
exits "without a terminal there must be --yes" 2 \
	"$waxseal" report delete 1 --data d
exits "a dry run needs none" 0 "$waxseal" report delete 1 --data d --dry-run
check "and deletes nothing" 1 "$("$waxseal" report list --data d --json |
	json 'len(it["reports"])')"
check "yes is yes" "0 0" "$(on_terminal y "$waxseal" report delete 1 --data d |
	tail -1) $("$waxseal" report list --data d --json |
		json 'len(it["reports"])')"

"$waxseal" report import --quiet --data d good.xml >/dev/null
exits "a whole domain goes with --yes" 0 \
	"$waxseal" report delete --domain example.com --yes --data d
exits "a domain that is not there" 4 \
	"$waxseal" report delete --domain example.com --yes --data d
exits "an id and a domain are one too many" 2 \
	"$waxseal" report delete 1 --domain example.com --yes --data d
done_testing

# What the scripts in this folder share. Source it; it changes to the project's folder.
# Each script makes sure that one pinned part is there. It says what it does when there is something to do, does
# nothing the second time, and otherwise fails with the command that a person has to run.

set -eu
cd "$(dirname "$0")/.."
mkdir -p .tools

say() { printf 'tools: %s\n' "$*" >&2; }

# missing WHAT COMMAND: say how to install what this project cannot install by itself, and fail.
missing() {
	printf 'tools: %s is missing. Install it with:\n\n    %s\n\n' "$1" "$2" >&2
	exit 1
}

# current FILE STAMP: succeeds when STAMP was written by done_with for FILE as it is now.
current() { [ -f "$2" ] && [ "$(cksum <"$1")" = "$(cat "$2")" ]; }
done_with() { cksum <"$1" >"$2"; }

# apt PACKAGE...: install Debian packages when this user may, or fail; the caller then names the command.
apt() {
	[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
	say "installing $* with apt-get"
	export DEBIAN_FRONTEND=noninteractive
	apt-get install -y -q --no-install-recommends "$@" >.tools/apt.log 2>&1 ||
		{ apt-get update -q >>.tools/apt.log 2>&1 && apt-get install -y -q --no-install-recommends "$@" >>.tools/apt.log 2>&1; } ||
		{ tail -n 20 .tools/apt.log >&2; return 1; }
}

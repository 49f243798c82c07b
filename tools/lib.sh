# What the scripts in this folder share. Source it; it changes to the project's folder.
# Each script makes sure that one pinned part is there. It says what it does when there is something to do, does
# nothing the second time, and otherwise fails with the command that a person has to run.

set -eu
cd "$(dirname "$0")"
while [ ! -f go.mod ]; do cd ..; done
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

# venv NAME PROGRAM: the Python packages of tools/NAME/requirements.txt, all versions pinned there, in .tools/NAME.
venv() {
	wanted=tools/$1/requirements.txt
	folder=.tools/$1
	current "$wanted" "$folder/.bytepass" && [ -x "$folder/bin/$2" ] && return
	say "fetching $1 with pip"
	rm -rf "$folder"
	python3 -m venv "$folder" 2>/dev/null || { apt python3 python3-venv && python3 -m venv "$folder"; } ||
		missing "Python 3.10 or later with its venv module" "apt-get install -y python3 python3-venv"
	"$folder/bin/python" -m pip install -q --no-deps --disable-pip-version-check -r "$wanted"
	done_with "$wanted" "$folder/.bytepass"
}

# compiled NAME MODULE VERSION PACKAGE: a Go command at one version, as .tools/NAME. It is built in a module of its own:
# what it depends on is not what this project depends on.
compiled() {
	stamp=.tools/$1.version
	[ "$(cat "$stamp" 2>/dev/null)" = "$3" ] && [ -x ".tools/$1" ] && return
	say "compiling $1 $3"
	module=$(mktemp -d)
	trap 'rm -rf "$module"' EXIT
	printf 'module tool\n\ngo 1.26\n\nrequire %s %s\n' "$2" "$3" >"$module/go.mod"
	# Go lists what it downloads; show that only when something fails.
	CGO_ENABLED=0 go -C "$module" build -mod=mod -trimpath -o "$PWD/.tools/$1" "$4" 2>".tools/$1.log" ||
		{ cat ".tools/$1.log" >&2; exit 1; }
	echo "$3" >"$stamp"
}

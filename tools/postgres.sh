#!/bin/sh
# PostgreSQL 15 or later, and PgBouncer, the pooler that stands in front of it in many places. What the tests use is
# in .tools/postgres: bin/ links to the programs, template/ is an empty cluster of databases, for them to copy.
. "$(dirname "$0")/lib.sh"

# server: the newest PostgreSQL's programs; Debian keeps them out of PATH.
server() {
	for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) "$(dirname "$(command -v postgres || echo /none/postgres)")"; do
		v=$("$folder/postgres" --version 2>/dev/null | sed 's/[^0-9]*\([0-9]*\).*/\1/')
		[ "${v:-0}" -ge 15 ] && echo "$folder" && return
	done
	return 1
}
pooler() { PATH=$PATH:/usr/sbin command -v pgbouncer; }

{ server && pooler; } >/dev/null || apt postgresql pgbouncer || true
programs=$(server) || missing "PostgreSQL 15 or later" "apt-get install -y postgresql"
pgbouncer=$(pooler) || missing "PgBouncer" "apt-get install -y pgbouncer"

folder=.tools/postgres
stamp="$("$programs/postgres" --version), $("$pgbouncer" --version | head -n 1), $(cksum <"$0")"
[ "$(cat "$folder/.bytepass" 2>/dev/null)" = "$stamp" ] && exit 0
say "making an empty PostgreSQL cluster"
rm -rf "$folder"
mkdir -p "$folder/bin"
ln -s "$programs/postgres" "$pgbouncer" "$folder/bin"

# The server refuses to work for root, and another user may not come into this folder: so it is made elsewhere.
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
as_server=
if [ "$(id -u)" = 0 ]; then
	chown postgres "$made"
	as_server="setpriv --reuid=postgres --regid=postgres --clear-groups"
fi
# Its databases sort as people do: what needs the order of bytes has to ask for it.
(cd "$made" && $as_server "$programs/initdb" -D "$made/template" -U postgres --auth=trust --no-sync --encoding=UTF8 \
	--locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US >"$made/log" 2>&1) || { cat "$made/log" >&2; exit 1; }
cp -a "$made/template" "$folder/template"
printf '%s\n' "$stamp" >"$folder/.bytepass"

#!/bin/sh
# Starts deploy/systemd/bytepass.service under a systemd of its own, with all of its sandbox, and tries it: run it by
# hand as root, with "make try-unit". It is no part of "make test", because it takes rights over the machine that not
# every machine gives: to mount, and to make a cgroup.
#
# systemd runs in namespaces of its own, on a copy-on-write view of this machine's files that is gone afterwards; it
# shares the network. Needs systemd (sh tools/systemd.sh), curl, util-linux, a kernel with overlayfs and cgroup v2.
set -eu
cd "$(dirname "$0")/../.."

port=18480 unit=bytepass.service
fail() { echo "try-unit: $*" >&2; exit 1; }

# inside: what the first process of the namespaces does before it becomes systemd. $1 is an empty folder.
inside() {
	mount --make-rprivate /
	mount -t tmpfs tmpfs "$1"
	mkdir "$1/upper" "$1/work" "$1/root"
	mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
	binary=$PWD/.build/bytepass deploy=$PWD/deploy
	cd "$1/root"
	mount -t proc proc proc
	mount -t sysfs -o ro sysfs sys
	mount -t cgroup2 cgroup2 sys/fs/cgroup
	mount -t tmpfs -o mode=755 tmpfs run
	mount -t tmpfs -o mode=755 tmpfs dev
	for device in null zero full random urandom tty; do
		touch "dev/$device"
		mount --bind "/dev/$device" "dev/$device"
	done
	mkdir dev/shm dev/pts
	mount -t tmpfs tmpfs dev/shm
	mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
	ln -s pts/ptmx dev/ptmx
	ln -s /proc/self/fd dev/fd

	# As the unit's first lines say.
	install -m 0755 "$binary" usr/local/bin/bytepass
	install -d -m 0755 etc/bytepass
	for secret in s3-secret-key s3-signer-secret-key webhook-secret; do
		echo "secret-of-the-$secret" >"etc/bytepass/$secret"
		chmod 0600 "etc/bytepass/$secret"
	done
	install -m 0644 "$deploy/systemd/$unit" etc/systemd/system/
	# Nothing answers at port 9: the server is alive, and waits.
	cat >etc/bytepass/bytepass.yaml <<-END
		listen: 127.0.0.1:$port
		public-url: http://127.0.0.1:$port
		issuer: https://127.0.0.1:9
		audience: files
		s3-endpoint: http://127.0.0.1:9
		s3-bucket: files
		s3-access-key: bytepass-server
		s3-signer-access-key: bytepass-signer
		database: postgres://bytepass@127.0.0.1:9/bytepass
	END
	# Nothing else of this machine is started: what others want at boot would set the clock or the kernel.
	for wants in lib/systemd/system/*.wants etc/systemd/system/*.wants; do
		[ ! -d "$wants" ] || mount -t tmpfs tmpfs "$wants"
	done
	printf '[Unit]\nWants=systemd-journald.service %s\n' "$unit" >etc/systemd/system/try.target

	mkdir old
	pivot_root . old
	umount -l /old
	mount --make-rshared / # systemd brings credentials in by it
	container=other exec /lib/systemd/systemd --system --unit=try.target --log-target=journal --show-status=no
}

if [ "${1:-}" = inside ]; then
	inside "$2"
fi

[ "$(id -u)" = 0 ] || fail "run it as root"
[ -x .build/bytepass ] || fail ".build/bytepass is not there; get it with: make build"
[ -x /lib/systemd/systemd ] || fail "systemd is not there; get it with: sh tools/systemd.sh"

folder=$(mktemp -d)
cgroup=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)/bytepass-try-unit
mkdir "$cgroup" || fail "no cgroup v2 to make a group in"
sh -c 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"' sh "$cgroup" \
	unshare --fork --kill-child --pid --mount --uts --ipc --cgroup sh "$0" inside "$folder" &
holder=$!
# cleanup removes what systemd has made, as soon as the kernel has ended its processes.
cleanup() {
	kill -s KILL $holder
	wait $holder 2>/dev/null || true
	rmdir "$folder"
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null && return
		sleep 0.2
	done
}
trap cleanup EXIT

# run runs a command beside that systemd.
run() { nsenter -a -t "$(cat "/proc/$holder/task/$holder/children" | tr -d ' ')" "$@"; }
show() { run systemctl show --value -p "$1" "$unit"; }

# await WHAT COMMAND...: until the command succeeds, half a minute at most.
await() {
	what=$1 tries=0
	shift
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		if [ $tries -gt 150 ]; then
			run journalctl --no-pager -o cat -u "$unit" >&2 || true
			fail "$what"
		fi
		sleep 0.2
	done
	echo "ok: $what"
}
healthy() { curl -sf "http://127.0.0.1:$port/healthz"; }
restarted() { [ "$(show NRestarts)" = 1 ]; }
failed() { [ "$(show ActiveState) $(show ExecMainStatus) $(show NRestarts)" = "failed 2 0" ]; }

await "it starts, reads its credentials and answers /healthz" healthy
process=$(show MainPID)
for line in '^Uid:	[1-9]' '^CapBnd:	0*$' '^NoNewPrivs:	1$' '^Seccomp:	2$'; do
	run grep -q "$line" "/proc/$process/status" || fail "it has rights that the unit does not give: no $line in its status"
done
run nsenter -m -t "$process" touch /etc/try 2>/dev/null && fail "it sees a system that can be written"
run nsenter -m -t "$process" touch /var/lib/bytepass/try || fail "it cannot write its own folder"
echo "ok: it is nobody's user, without capabilities, and writes its own folder only"

run kill -s KILL "$process"
await "killed, it is started again" restarted
await "and answers" healthy
run systemctl stop "$unit"
[ "$(show Result) $(show ExecMainStatus)" = "success 0" ] || fail "it does not stop well: $(show Result) $(show ExecMainStatus)"
echo "ok: it stops when it is told"
run systemctl reset-failed "$unit" || true
run sh -c 'echo "max-size: lots" >>/etc/bytepass/bytepass.yaml'
run systemctl start "$unit" 2>/dev/null || true
await "a bad setting ends it with exit code 2, once" failed

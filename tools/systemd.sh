#!/bin/sh
# systemd-analyze of systemd 250 or later, which judges the unit in deploy/systemd. Nothing of it is started.
. "$(dirname "$0")/lib.sh"

present() { command -v systemd-analyze >/dev/null; }
present && exit 0
apt systemd || true
present || missing "systemd-analyze" "apt-get install -y --no-install-recommends systemd"

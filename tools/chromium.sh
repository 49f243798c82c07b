#!/bin/sh
# Chromium, in which the console is tested.
. "$(dirname "$0")/lib.sh"

present() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }
present && exit 0
apt chromium || true
present || missing "Chromium" "apt-get install -y --no-install-recommends chromium"

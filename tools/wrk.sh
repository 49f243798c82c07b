#!/bin/sh
# wrk, the load generator that takes the least from the server beside it.
. "$(dirname "$0")/lib.sh"

command -v wrk >/dev/null && exit 0
apt wrk || missing "wrk" "apt-get install -y wrk"

#!/bin/sh
# The IAM simulator that the tests ask, at the versions of its package-lock.json.
. "$(dirname "$0")/lib.sh"

wanted=tools/iam-simulate/package-lock.json
stamp=tools/iam-simulate/node_modules/.bytepass
current $wanted $stamp && exit 0
sh tools/node.sh
say "fetching the IAM simulator with npm"
npm ci --silent --no-audit --no-fund --prefix tools/iam-simulate
done_with $wanted $stamp

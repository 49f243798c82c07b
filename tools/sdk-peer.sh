#!/bin/sh
# The presign endpoint in Node with the AWS SDK, which the benchmark runs beside ours, at the versions of its
# package-lock.json.
. "$(dirname "$0")/lib.sh"

wanted=tools/sdk-peer/package-lock.json
stamp=tools/sdk-peer/node_modules/.bytepass
current $wanted $stamp && exit 0
sh tools/node.sh
say "fetching the AWS SDK for JavaScript with npm"
npm ci --silent --no-audit --no-fund --prefix tools/sdk-peer
done_with $wanted $stamp

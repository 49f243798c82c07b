#!/bin/sh
# TypeScript, which checks the types that the browser client's comments state, at the version of its package-lock.json.
. "$(dirname "$0")/lib.sh"

wanted=tools/typescript/package-lock.json
stamp=tools/typescript/node_modules/.bytepass
current $wanted $stamp && exit 0
sh tools/node.sh
say "fetching TypeScript with npm"
npm ci --silent --no-audit --no-fund --prefix tools/typescript
done_with $wanted $stamp

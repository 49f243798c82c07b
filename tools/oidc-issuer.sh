#!/bin/sh
# The certified OIDC issuer of the end-to-end tests, at the versions of its package-lock.json.
. "$(dirname "$0")/lib.sh"

wanted=tools/oidc-issuer/package-lock.json
stamp=tools/oidc-issuer/node_modules/.bytepass
current $wanted $stamp && exit 0
sh tools/node.sh
say "fetching the OIDC issuer with npm"
npm ci --silent --no-audit --no-fund --prefix tools/oidc-issuer
done_with $wanted $stamp

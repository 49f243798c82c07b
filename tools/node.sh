#!/bin/sh
# Node and the AWS CDK's command line, at the versions of package-lock.json, into node_modules/.
. "$(dirname "$0")/lib.sh"

stamp=node_modules/.bytepass
current package-lock.json $stamp && [ -x node_modules/.bin/node ] && [ -x node_modules/.bin/cdk ] && exit 0
command -v npm >/dev/null || apt nodejs npm || missing "npm (it brings the pinned Node and CDK)" "apt-get install -y nodejs npm"
say "fetching Node and the AWS CDK with npm"
npm ci --silent --no-audit --no-fund
done_with package-lock.json $stamp

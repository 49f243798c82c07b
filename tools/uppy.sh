#!/bin/sh
# Uppy's two current versions with its plugin for S3, at the versions of package-lock.json, as modules for a browser.
. "$(dirname "$0")/lib.sh"

wanted=tools/uppy/package-lock.json
stamp=tools/uppy/node_modules/.bytepass
current $wanted $stamp && exit 0
sh tools/node.sh
say "fetching Uppy with npm"
npm ci --silent --no-audit --no-fund --prefix tools/uppy
node_modules/.bin/node tools/uppy/bundle.mjs
done_with $wanted $stamp

#!/bin/sh
# The linter golangci-lint, compiled by Go at one version into .tools/.
. "$(dirname "$0")/lib.sh"

version=v2.15.0
stamp=.tools/golangci-lint.version
[ "$(cat $stamp 2>/dev/null)" = $version ] && [ -x .tools/golangci-lint ] && exit 0
say "compiling golangci-lint $version (a minute)"
module=$(mktemp -d)
trap 'rm -rf "$module"' EXIT
# A module of its own with an exact requirement: its dependencies are not ours.
printf 'module lint\n\ngo 1.26\n\nrequire github.com/golangci/golangci-lint/v2 %s\n' $version >"$module/go.mod"
# Go lists what it downloads; show that only when something fails.
CGO_ENABLED=0 go -C "$module" build -mod=mod -o "$PWD/.tools/golangci-lint" \
	github.com/golangci/golangci-lint/v2/cmd/golangci-lint 2>.tools/golangci-lint.log ||
	{ cat .tools/golangci-lint.log >&2; exit 1; }
echo $version >$stamp

#!/bin/sh
# The linter golangci-lint, compiled by Go at one version into .tools/ (a minute).
. "$(dirname "$0")/lib.sh"

compiled golangci-lint github.com/golangci/golangci-lint/v2 v2.15.0 github.com/golangci/golangci-lint/v2/cmd/golangci-lint

#!/bin/sh
# cfn-lint, which judges the templates in tests, into .tools/cfn-lint.
. "$(dirname "$0")/lib.sh"

venv cfn-lint cfn-lint

#!/bin/sh
# versitygw, an S3 server on a folder of files, as a command of its own: the version that is also the store of a laptop.
. "$(dirname "$0")/lib.sh"

module=github.com/versity/versitygw
version=$(go list -m -f '{{.Version}}' $module)
compiled versitygw $module "$version" $module/cmd/versitygw

#!/bin/sh
# SeaweedFS, an S3 server, into .tools/seaweedfs.
. "$(dirname "$0")/lib.sh"

venv seaweedfs weed

#!/bin/sh
# s5cmd, a fast S3 client: the peer that "bytepass put" and "get" are measured beside.
. "$(dirname "$0")/lib.sh"

compiled s5cmd github.com/peak/s5cmd/v2 v2.3.0 github.com/peak/s5cmd/v2

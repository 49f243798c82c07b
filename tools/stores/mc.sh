#!/bin/sh
# mc, MinIO's command for administrators, compiled by Go at one version into .tools/: the commands that "bytepass provision"
# prints for MinIO are tried with it. It is under the AGPL: it runs as a process of its own, and nothing of it is part of
# this project.
. "$(dirname "$0")/../lib.sh"

compiled mc github.com/minio/mc v0.0.0-20250313080218-cf909e1063a9 github.com/minio/mc

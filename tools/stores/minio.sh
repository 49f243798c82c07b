#!/bin/sh
# MinIO, compiled by Go at one version into .tools/ (six minutes on two cores): only "make test-stores" needs it. It is
# under the AGPL: it runs as a process of its own, and nothing of it is part of this project.
. "$(dirname "$0")/../lib.sh"

compiled minio github.com/minio/minio v0.0.0-20260212201848-7aac2a2c5b7c github.com/minio/minio

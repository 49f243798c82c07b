#!/bin/sh
# Ceph's object gateway and what stands behind it: an S3 server that hospitals and universities run.
. "$(dirname "$0")/lib.sh"

present() { command -v radosgw && command -v radosgw-admin && command -v ceph-mon && command -v ceph-osd && command -v ceph; }
packages="radosgw ceph-mon ceph-osd ceph-common"
present >/dev/null && exit 0
apt $packages || true
present >/dev/null || missing "Ceph" "apt-get install -y --no-install-recommends $packages"

# A cluster of one node in the current folder: monitor, storage in memory, gateway. Ports and keys come by the environment.
fsid=$(cat /proc/sys/kernel/random/uuid)
monitor="[v2:127.0.0.1:$MONITOR2,v1:127.0.0.1:$MONITOR1]"
export CEPH_CONF="$PWD/ceph.conf"
cat >ceph.conf <<EOF
[global]
fsid = $fsid
mon initial members = a
mon host = $monitor
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
keyring = $PWD/keyring
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail crit = 1
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = 2147483648
run dir = $PWD
admin socket = $PWD/\$name.asok
log file = $PWD/\$name.log
crash dir = $PWD/crash
[mon.a]
mon data = $PWD/mon
[osd.0]
osd data = $PWD/osd
[client.rgw]
rgw data = $PWD/rgw
# Without tcp_nodelay every small answer waits for 40 ms.
rgw frontends = beast endpoint=127.0.0.1:$GATEWAY tcp_nodelay=1
rgw crypt require ssl = false
rgw crypt s3 kms backend = testing
rgw crypt s3 kms encryption keys = testkey-1=YmluCmJvb3N0CmJvb3N0LWJ1aWxkCmNlcGguY29uZgo=
rgw num rados handles = 1
rgw thread pool size = 64
EOF
mkdir mon osd rgw
ceph-authtool --create-keyring keyring --gen-key -n mon. --cap mon 'allow *'
for name in client.admin client.rgw osd.0; do
	ceph-authtool keyring --gen-key -n $name --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
done
monmaptool --create --addv a "$monitor" --fsid "$fsid" monmap
ceph-mon -i a --mkfs --monmap monmap --keyring keyring
ceph-mon -f -i a &
osd=$(cat /proc/sys/kernel/random/uuid)
ceph osd new "$osd"
ceph-osd -i 0 --mkfs --osd-uuid "$osd"
ceph osd crush add osd.0 1.0 root=default host=localhost
ceph-osd -f -i 0 &
radosgw-admin -n client.rgw user create --uid=admin --display-name=admin --access-key="$ACCESS_KEY" --secret-key="$SECRET_KEY" >users.log
radosgw-admin -n client.rgw user create --uid=other --display-name=other --access-key="$OTHER_ACCESS_KEY" --secret-key="$OTHER_SECRET_KEY" >>users.log
exec radosgw -f -n client.rgw

#!/bin/sh
# Java 17 or later, which DynamoDB Local runs on.
. "$(dirname "$0")/lib.sh"

# new_enough: "version 17.0.1" is, "version 1.8.0" is not.
new_enough() {
	v=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')
	[ "${v:-0}" -ge 17 ]
}
new_enough && exit 0
apt openjdk-17-jre-headless || apt default-jre-headless || true
new_enough || missing "Java 17 or later" "apt-get install -y default-jre-headless"

#!/bin/sh
# DynamoDB Local, which the catalog's tests run on, at the version of tools/dynamodb-local/pom.xml, into
# .tools/dynamodb-local. It runs on Java (tools/java.sh).
. "$(dirname "$0")/lib.sh"

wanted=tools/dynamodb-local/pom.xml
stamp=.tools/dynamodb-local/.bytepass
current $wanted $stamp && exit 0
command -v mvn >/dev/null || apt maven || missing "Maven" "apt-get install -y maven"
say "fetching DynamoDB Local with Maven"
rm -rf .tools/dynamodb-local
mvn -q -B -Dstyle.color=never -f $wanted dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$PWD/.tools/dynamodb-local" >&2
done_with $wanted $stamp

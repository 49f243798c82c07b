#!/bin/sh
# The AWS emulator that the tests deploy to, at the versions of tools/emulator/requirements.txt, into .tools/emulator.
. "$(dirname "$0")/lib.sh"

wanted=tools/emulator/requirements.txt
stamp=.tools/emulator/.bytepass
current $wanted $stamp && [ -x .tools/emulator/bin/ministack ] && exit 0
say "fetching the AWS emulator with pip"
rm -rf .tools/emulator
python3 -m venv .tools/emulator 2>/dev/null || { apt python3 python3-venv && python3 -m venv .tools/emulator; } ||
	missing "Python 3.10 or later with its venv module" "apt-get install -y python3 python3-venv"
.tools/emulator/bin/python -m pip install -q --no-deps --disable-pip-version-check -r $wanted
done_with $wanted $stamp

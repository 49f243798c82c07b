#!/bin/sh
# The AWS emulator that the stacks are deployed to in tests (ministack), into .tools/emulator.
. "$(dirname "$0")/lib.sh"

venv emulator ministack

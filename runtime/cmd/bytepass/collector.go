package main

import (
	"os"
	"runtime/debug"
)

// garbagePercent is how much a server leaves behind before it collects, in
// percent of what it holds. It holds a few megabytes and leaves hundreds behind
// each second under load, so that by Go's own 100 it would collect a hundred
// times a second, for a sixth of its processor time; by 400 it takes some 20 MB
// more instead.
const garbagePercent = 400

// collectLess sets garbagePercent, unless the environment does by GOGC. With
// GOMEMLIMIT the collector goes to work earlier near that limit, as it always
// does (https://go.dev/doc/gc-guide).
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
}

package main

import (
	"runtime/debug"
	"testing"
)

// TestCollectLess: what the environment says of the collector stands.
func TestCollectLess(t *testing.T) {
	before := debug.SetGCPercent(77)
	defer debug.SetGCPercent(before)
	for gogc, want := range map[string]int{"77": 77, "": garbagePercent} {
		t.Setenv("GOGC", gogc)
		debug.SetGCPercent(77)
		collectLess()
		if got := debug.SetGCPercent(77); got != want {
			t.Errorf("with GOGC=%q: %d %%, want %d", gogc, got, want)
		}
	}
}

package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
)

// Only the name of the space is a yes.
func TestConfirmed(t *testing.T) {
	for typed, want := range map[string]bool{"u/alice\n": true, " u/alice \r\n": true, "u/alice": true, "y\n": false, "yes\n": false, "": false, "u/bob\n": false} {
		var asked bytes.Buffer
		err := confirmed(t.Context(), strings.NewReader(typed), &asked, "u/alice")
		if (err == nil) != want || err != nil && exitCode(err) != exitUsage || !strings.Contains(asked.String(), "u/alice") {
			t.Errorf("%q: %v, asked %q", typed, err, &asked)
		}
	}
}

func TestAgreed(t *testing.T) {
	for typed, want := range map[string]bool{"y\n": true, "Yes\r\n": true, "n\n": false, "": false, "files\n": false} {
		var asked bytes.Buffer
		if err := agreed(t.Context(), strings.NewReader(typed), &asked, "files"); (err == nil) != want || !strings.Contains(asked.String(), "files") {
			t.Errorf("%q: %v, asked %q", typed, err, &asked)
		}
	}
}

// Ctrl-C ends a question that nobody answers.
func TestAQuestionIsInterrupted(t *testing.T) {
	never, _ := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for name, err := range map[string]error{
		"agreed":    agreed(ctx, never, io.Discard, "files"),
		"confirmed": confirmed(ctx, never, io.Discard, "u/alice"),
	} {
		if !errors.Is(err, context.Canceled) || exitCode(err) != exitInterrupted {
			t.Errorf("%s: %v", name, err)
		}
	}
}

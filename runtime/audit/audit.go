// Package audit says who did what to which key: one line in the log for each,
// with the same fields wherever it happens, in the server, in the functions and
// in ingest. A line names files, never what opens them: no token, no signature
// and no URL has a place in it.
package audit

import (
	"context"
	"log/slog"

	"github.com/bytepass/bytepass/runtime/files"
)

// Message is the message of every line, so that a filter finds them all.
const Message = "audit"

// The outcomes of an operation.
const (
	OK      = "ok"      // it was done
	Refused = "refused" // it was not, and Code says why
	Failed  = "failed"  // something behind the service did not work
)

// SourceEvent is the source of what no request has caused, but an event of the
// store.
const SourceEvent = "event"

// Entry is one line. Its fields are always there; what is not known is empty.
type Entry struct {
	Owner     string      // who asked: the owner that the verified token names
	ActingFor string      // whom an administrator acted for, as that owner's tokens name him
	Operation string      // what: an operationId of the contract, or what ingest does
	Space     files.Space // whose files were meant, also when that was refused
	Key       files.Key   // which file; empty for lists and for what is no key
	Version   string      // the version that was read or came to be
	Outcome   string      // OK, Refused or Failed
	Code      files.Code  // of the problem that was answered
	RequestID string      // the X-Request-Id of the answer
	Source    string      // the network address of whoever connected, or SourceEvent
}

// Write logs the entry at this level, then what else there is to say of it.
func (e Entry) Write(ctx context.Context, log *slog.Logger, level slog.Level, more ...slog.Attr) {
	if !log.Enabled(ctx, level) {
		return
	}
	attributes := append(make([]slog.Attr, 0, 16),
		slog.String("owner", e.Owner),
		slog.String("acting_for", e.ActingFor),
		slog.String("operation", e.Operation),
		slog.String("space", e.Space.String()),
		slog.String("key", string(e.Key)),
		slog.String("version", e.Version),
		slog.String("outcome", e.Outcome),
		slog.String("code", string(e.Code)),
		slog.String("request_id", e.RequestID),
		slog.String("source", e.Source),
	)
	log.LogAttrs(ctx, level, Message, append(attributes, more...)...)
}

package emulator

import (
	"context"
	"encoding/json"
	"strings"
)

// logPage is how many events the emulator answers at most.
const logPage = 10_000

// FunctionLogs returns what the functions have written so far, and the
// platform's lines about their calls: everything in CloudWatch Logs.
func (e *Emulator) FunctionLogs(ctx context.Context) (string, error) {
	var list struct {
		LogGroups []struct{ LogGroupName string }
	}
	if err := e.logs(ctx, "DescribeLogGroups", map[string]any{}, &list); err != nil {
		return "", err
	}
	var all strings.Builder
	for _, group := range list.LogGroups {
		if err := e.logGroup(ctx, group.LogGroupName, &all); err != nil {
			return "", err
		}
	}
	return all.String(), nil
}

// logGroup appends a group's events. There are no tokens of pages, so each page
// begins with the millisecond in which the one before it ended.
func (e *Emulator) logGroup(ctx context.Context, name string, all *strings.Builder) error {
	for from := int64(0); ; {
		var page struct {
			Events []struct {
				Timestamp int64
				Message   string
			}
		}
		if err := e.logs(ctx, "FilterLogEvents", map[string]any{"logGroupName": name, "startTime": from, "limit": logPage}, &page); err != nil {
			return err
		}
		for _, event := range page.Events {
			all.WriteString(strings.TrimSuffix(event.Message, "\n") + "\n")
		}
		if len(page.Events) < logPage || page.Events[logPage-1].Timestamp == from {
			return nil
		}
		from = page.Events[logPage-1].Timestamp
	}
}

func (e *Emulator) logs(ctx context.Context, action string, in map[string]any, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	answer, err := e.call(ctx, "logs", "POST", "/", "application/x-amz-json-1.1", body, "X-Amz-Target", "Logs_20140328."+action)
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, out)
}

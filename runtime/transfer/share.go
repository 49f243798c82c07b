package transfer

import (
	"context"

	"github.com/bytepass/bytepass/runtime/client"
)

// sendMissing sends what is missing. Who began an upload goes from the front to
// the end. Who joined it comes from the end, and looks every now and then what is
// there: if the other one still sends, they meet, and little travels twice.
func (u *parts) sendMissing(ctx context.Context) error {
	missing := u.missing()
	if !u.joined {
		u.urls.want(missing)
		return u.each(ctx, missing, u.plan.PartSize, u.send)
	}
	for len(missing) > 0 {
		last := missing[len(missing)-u.stretch(len(missing)):]
		u.urls.want(last)
		if err := u.each(ctx, last, u.plan.PartSize, u.send); err != nil {
			return err
		}
		if missing = u.missing(); len(missing) == 0 {
			break
		}
		if err := u.look(ctx); err != nil {
			return err
		}
		missing = u.missing()
	}
	return nil
}

// stretch is how many parts are sent before the next look, of so many that are
// missing: an eighth, so that thousands of parts take some dozens of looks, and
// not so few that a request would have to wait for others.
func (u *parts) stretch(missing int) int {
	return min(missing, max(u.Large, missing/8))
}

// look notes the parts that somebody else has sent meanwhile. Those of other bytes
// are sent again.
func (u *parts) look(ctx context.Context) error {
	progress, err := u.API.Progress(ctx, u.key, u.id)
	if err != nil {
		return err
	}
	var there []client.Part
	for _, part := range progress.Parts {
		if _, known := u.done[part.Number]; !known {
			there = append(there, part)
		}
	}
	found, bytes, err := u.recognise(ctx, there)
	if err != nil {
		return err
	}
	for number, part := range found {
		u.done[number], u.same[number] = part, true
	}
	u.shared += bytes
	u.put.progress(bytes)
	return nil
}

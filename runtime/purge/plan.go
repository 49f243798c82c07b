package purge

import "context"

// maxFirst is how many keys a plan names.
const maxFirst = 5

// Plan is what there is to erase.
type Plan struct {
	Counts
	First []string `json:"first"` // the first object keys, or those of uploads and records if there are no objects
}

// Plan looks at everything and changes nothing.
func (p *Purge) Plan(ctx context.Context) (Plan, error) {
	plan := Plan{First: []string{}}
	last := ""
	name := func(object string) {
		if len(plan.First) < maxFirst && object != last {
			plan.First = append(plan.First, object)
		}
		last = object
	}
	err := p.versions(ctx, func(page []version) ([]version, error) {
		for _, v := range page {
			if v.object != last || plan.Keys == 0 {
				plan.Keys++
			}
			name(v.object)
			plan.count(v)
		}
		return page, nil
	})
	if err != nil {
		return plan, err
	}
	uploads, err := p.uploads(ctx)
	if err != nil {
		return plan, err
	}
	records, err := p.records(ctx)
	if err != nil {
		return plan, err
	}
	plan.Uploads, plan.Records = len(uploads), len(records)
	if plan.Keys == 0 {
		for _, u := range uploads {
			name(u.ObjectKey)
		}
		for _, r := range records {
			name(r.object)
		}
	}
	return plan, nil
}

// count adds a version.
func (c *Counts) count(v version) {
	if v.marker {
		c.Markers++
		return
	}
	c.Versions++
	c.Bytes += v.size
}

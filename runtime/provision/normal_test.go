package provision

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// The steps of a rule have no order: stores sort them.
func TestTransitionsHaveNoOrder(t *testing.T) {
	rule := func(classes ...types.TransitionStorageClass) Lifecycle {
		r := types.LifecycleRule{Status: types.ExpirationStatusEnabled}
		for _, class := range classes {
			r.Transitions = append(r.Transitions, types.Transition{Days: aws.Int32(int32(10 * len(class))), StorageClass: class})
		}
		return Lifecycle{Rules: []types.LifecycleRule{r}}
	}
	a := lifecycle().(aspect[Lifecycle])
	one, other := a.canonical(rule("GLACIER", "DEEP_ARCHIVE")), a.canonical(rule("DEEP_ARCHIVE", "GLACIER"))
	if string(one) != string(other) {
		t.Errorf("%s is not %s", one, other)
	}
}

// A tag without a value is a tag.
func TestTagsWithoutAValue(t *testing.T) {
	a := tags().(aspect[map[string]string])
	if without, with := a.canonical(map[string]string{"x": "1"}), a.canonical(map[string]string{"x": "1", "keep": ""}); string(without) == string(with) {
		t.Errorf("the tag keep is not in %s", with)
	}
}

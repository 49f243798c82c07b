package provision

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// resolved are the fixture's settings with a key and a log bucket that exist
// on the store, so that every setting can be applied.
func resolved(t *testing.T) Settings {
	s := settings(t)
	s.Encryption[0].ApplyServerSideEncryptionByDefault.KMSMasterKeyID = aws.String("key-1")
	s.Logging.TargetBucket = aws.String("logs")
	s.Unresolved = slices.DeleteFunc(s.Unresolved, func(u Unresolved) bool { return u.Setting != policyName })
	return s
}

func provision(t *testing.T, target Target, s Settings) (Diff, []Gap) {
	t.Helper()
	d, err := Plan(t.Context(), target, s)
	if err != nil {
		t.Fatal(err)
	}
	gaps, err := Apply(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return d, gaps
}

func names(d Diff) []string {
	var all []string
	for _, c := range d.Changes {
		all = append(all, c.Setting)
	}
	return all
}

func TestApplyEverySettingOnceAndThenNothing(t *testing.T) {
	store := &keeper{}
	target := store.target(t)
	first, gaps := provision(t, target, resolved(t))
	all := []string{"versioning", "encryption", "ownership", "publicAccess", "policy", "lifecycle", "logging", "tags", "notification", "cors"}
	if !first.Create || !slices.Equal(names(first), all) {
		t.Errorf("the first plan: create %v, %v", first.Create, names(first))
	}
	for _, gap := range gaps {
		if gap.Setting != policyName && gap.Reason != Elsewhere {
			t.Errorf("a store that does everything has the gap %s", gap)
		}
	}
	written := len(store.puts)
	second, again := provision(t, target, resolved(t))
	if second.Create || len(second.Changes) != 0 || len(store.puts) != written {
		t.Errorf("the second run changed %v: %s", names(second), second.Changes)
	}
	if fmt.Sprint(again) != fmt.Sprint(gaps) {
		t.Errorf("the gaps changed: %v, then %v", gaps, again)
	}
}

// TestApplyWithAnswersThatSayNothing: a store that forgets the bucket for a
// moment, or hangs up before it has said why it refuses, is asked again.
func TestApplyWithAnswersThatSayNothing(t *testing.T) {
	for name, store := range map[string]*keeper{"forgets": {unknown: 2}, "hangs up": {hangsUp: 2}} {
		t.Run(name, func(t *testing.T) {
			target := store.target(t)
			first, gaps := provision(t, target, resolved(t))
			if !first.Create || len(gaps) != len(first.Gaps) {
				t.Errorf("the first plan: create %v, and gaps %v", first.Create, gaps)
			}
			if second, _ := provision(t, target, resolved(t)); len(second.Changes) != 0 {
				t.Errorf("the second run changed %v", names(second))
			}
		})
	}
}

// TestAnswersThatNeverSayWhy: the status is told, and nothing of one request.
func TestAnswersThatNeverSayWhy(t *testing.T) {
	store := &keeper{hangsUp: 1000}
	target := store.target(t)
	_, err := target.Client.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
		Bucket: &target.Bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	if want := "status 400; the connection broke off before the store had said why"; err == nil || said(err) != want {
		t.Errorf("it says %v", said(err))
	}
}

func TestPlanWritesNothing(t *testing.T) {
	store := &keeper{}
	if _, err := Plan(t.Context(), store.target(t), resolved(t)); err != nil || len(store.puts) != 0 {
		t.Errorf("planning wrote %v, %v", store.puts, err)
	}
}

// TestUntried: of a plan that nobody has tried, what is there is known, but not
// that the store acts on it.
func TestUntried(t *testing.T) {
	target := (&keeper{}).target(t)
	required := []string{"versioning", "policy/TLSOnly", "lifecycle/transitions", "lifecycle"}
	first, _ := provision(t, target, resolved(t))
	if got := first.Untried(required); !slices.Equal(got, required) {
		t.Errorf("before anything is written it is known what the store does, but of %v", got)
	}
	second, _ := provision(t, target, resolved(t))
	if got := second.Untried(required); !slices.Equal(got, []string{"policy/TLSOnly"}) {
		t.Errorf("of what is there %v is not known, and want the policy alone", got)
	}
	second.probed = true
	if got := append(second.Untried(required), first.Untried(nil)...); len(got) != 0 {
		t.Errorf("of a plan that was tried, or of which nothing is required, %v is not known", got)
	}
}

func TestPlanFindsDriftInEverySetting(t *testing.T) {
	for _, setting := range []struct{ name, sub string }{
		{"versioning", "versioning"}, {"encryption", "encryption"}, {"ownership", "ownershipControls"},
		{"publicAccess", "publicAccessBlock"}, {"policy", "policy"}, {"lifecycle", "lifecycle"},
		{"logging", "logging"}, {"tags", "tagging"}, {"notification", "notification"}, {"cors", "cors"},
	} {
		t.Run(setting.name, func(t *testing.T) {
			store := &keeper{}
			target := store.target(t)
			provision(t, target, resolved(t))
			if store.kept[setting.sub] == "" {
				t.Fatalf("nothing was kept for %s", setting.sub)
			}
			delete(store.kept, setting.sub)
			d, err := Plan(t.Context(), target, resolved(t))
			if err != nil || !slices.Equal(names(d), []string{setting.name}) {
				t.Errorf("the plan has %v, %v", names(d), err)
			}
		})
	}
}

func TestSameMeaningIsNoChange(t *testing.T) {
	store := &keeper{}
	target := store.target(t)
	provision(t, target, resolved(t))
	other := resolved(t)
	slices.Reverse(other.CORS[0].AllowedMethods)
	other.CORS[0].ExposeHeaders = []string{"location", "etag", "X-Amz-Version-Id"}
	other.CORS[0].ID = aws.String("browser")
	slices.Reverse(other.Lifecycle.Rules)
	other.Lifecycle.Rules[0].ID = nil
	other.Lifecycle.Rules[1].Filter, other.Lifecycle.Rules[1].Prefix = nil, aws.String("") //nolint:staticcheck // as some stores answer
	other.Lifecycle.SmallObjects = types.TransitionDefaultMinimumObjectSizeAllStorageClasses128k
	other.Policy[3]["Action"] = []any{"s3:*"}
	other.Policy[3]["Principal"] = map[string]any{"AWS": "*"}
	if d, err := Plan(t.Context(), target, other); err != nil || len(d.Changes) != 0 {
		t.Errorf("a change of form only gives %s, %v", d.Changes, err)
	}
}

func TestWhatOthersHaveSetStays(t *testing.T) {
	store := &keeper{bucket: true}
	target := store.target(t)
	client, ctx := target.Client.(*s3.Client), t.Context()
	if _, err := client.PutBucketTagging(ctx, &s3.PutBucketTaggingInput{Bucket: &target.Bucket, Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("team"), Value: aws.String("red")}}}}); err != nil {
		t.Fatal(err)
	}
	queue := types.QueueConfiguration{QueueArn: aws.String("arn:aws:sqs:::q"), Events: []types.Event{"s3:ObjectCreated:*"}}
	if _, err := client.PutBucketNotificationConfiguration(ctx, &s3.PutBucketNotificationConfigurationInput{Bucket: &target.Bucket, NotificationConfiguration: &types.NotificationConfiguration{QueueConfigurations: []types.QueueConfiguration{queue}}}); err != nil {
		t.Fatal(err)
	}
	provision(t, target, resolved(t))
	for sub, want := range map[string][]string{"tagging": {"team", "app"}, "notification": {"arn:aws:sqs:::q", "EventBridge"}} {
		for _, w := range want {
			if !strings.Contains(store.kept[sub], w) {
				t.Errorf("%s lost %q: %s", sub, w, store.kept[sub])
			}
		}
	}
}

func gapOf(gaps []Gap, setting string) (Gap, bool) {
	i := slices.IndexFunc(gaps, func(g Gap) bool { return g.Setting == setting })
	if i < 0 {
		return Gap{}, false
	}
	return gaps[i], true
}

func TestGaps(t *testing.T) {
	store := &keeper{
		status:  map[string]int{"lifecycle": 501},
		forgets: map[string]bool{"tagging": true},
	}
	store.bucket = true
	target := store.target(t)
	target.Apart = map[string]string{"logging": "there is no second bucket"}
	_, gaps := provision(t, target, settings(t))
	for setting, reason := range map[string]Reason{
		"lifecycle": Unsupported, "tags": Ignored, "encryption": Unknown, "logging": NotForStore, "MetricsConfigurations": Elsewhere,
	} {
		gap, ok := gapOf(gaps, setting)
		if !ok || gap.Reason != reason || gap.Consequence == "" || gap.Detail == "" {
			t.Errorf("%s: gap %+v, want the reason %s", setting, gap, reason)
		}
	}
	if gap, _ := gapOf(gaps, "encryption"); !strings.Contains(gap.Detail, "ObjectsKey.Arn") {
		t.Errorf("the gap does not name what is unresolved: %s", gap)
	}
}

func TestPolicyGapsNameEachStatement(t *testing.T) {
	store := &keeper{}
	target := store.target(t)
	_, gaps := provision(t, target, settings(t))
	got := map[string]Reason{}
	for _, g := range gaps {
		if g.Setting == policyName {
			got[g.Part] = g.Reason
		}
	}
	want := map[string]Reason{"TlsOnly": NotPortable, "NoHeaders": NotPortable, "OnlySigners": NotPortable}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("over plain HTTP: %v, want %v", got, want)
	}
	if kept := store.kept["policy"]; !strings.Contains(kept, "NoSigV2") || strings.Contains(kept, "TlsOnly") {
		t.Errorf("the policy on the store: %s", kept)
	}

	target.PlainHTTP = false
	if d, _ := provision(t, target, settings(t)); !slices.Equal(names(d), []string{policyName}) || !strings.Contains(store.kept["policy"], "TlsOnly") {
		t.Errorf("over TLS: %v, %s", names(d), store.kept["policy"])
	}

	store.status = map[string]int{"policy": 400}
	target.Apart = map[string]string{policyName: "one account"}
	_, gaps = provision(t, target, settings(t))
	if g, ok := gapOf(gaps, policyName); !ok || g.Part != "TlsOnly" || g.Reason != NotForStore || g.Consequence != "one account" {
		t.Errorf("left out: %+v", g)
	}
}

func TestRefusedSettingIsAGapAndAccessDeniedAnError(t *testing.T) {
	store := &keeper{status: map[string]int{"cors": 403}}
	store.bucket = true
	if _, err := Plan(t.Context(), store.target(t), settings(t)); err == nil || !strings.Contains(err.Error(), "cors of bucket files") {
		t.Errorf("error %v, want one that names the setting and the bucket", err)
	}
	store = &keeper{status: map[string]int{"policy": 400}}
	_, gaps := provision(t, store.target(t), settings(t))
	if i := slices.IndexFunc(gaps, func(g Gap) bool { return g.Setting == policyName && g.Reason == Refused }); i < 0 || !strings.Contains(gaps[i].Detail, "MalformedPolicy") {
		t.Errorf("gaps %v", gaps)
	}
}

func TestHalfDoneRunIsCompletedByTheNext(t *testing.T) {
	whole := &keeper{}
	provision(t, whole.target(t), resolved(t))
	for n := 1; n <= len(whole.puts); n++ {
		store := &keeper{failPuts: n}
		target := store.target(t)
		d, err := Plan(t.Context(), target, resolved(t))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Apply(t.Context(), d); err == nil {
			t.Errorf("write %d failed and nobody said so", n)
		}
		store.failPuts = 0
		provision(t, target, resolved(t))
		if fmt.Sprint(store.kept) != fmt.Sprint(whole.kept) {
			t.Errorf("after write %d failed and a second run the store differs", n)
		}
	}
}

// A store that writes all settings of a bucket when one is written, as SeaweedFS
// does, can lose one that it had, or the one that it takes: it is written again.
func TestApplyOnAStoreThatLosesASetting(t *testing.T) {
	for name, loses := range map[string]map[string]string{
		"one that it had":       {"cors": "tagging", "tagging": "lifecycle"},
		"the one that it takes": {"tagging": "tagging"},
	} {
		t.Run(name, func(t *testing.T) {
			store := &keeper{loses: loses, lossy: 2}
			target := store.target(t)
			_, gaps := provision(t, target, resolved(t))
			if gap, lacks := gapOf(gaps, "tags"); lacks {
				t.Errorf("%v", gap)
			}
			if again, err := Plan(t.Context(), target, resolved(t)); err != nil || len(again.Changes) != 0 || store.lossy != 0 {
				t.Errorf("a second run changes %v, %v", names(again), err)
			}
		})
	}
}

// Where two settings exclude each other, one is a gap.
func TestApplyOnAStoreThatGoesOnLosing(t *testing.T) {
	store := &keeper{loses: map[string]string{"cors": "tagging", "tagging": "cors"}, lossy: 1000}
	_, gaps := provision(t, store.target(t), resolved(t))
	gap, lacks := gapOf(gaps, "tags")
	if other, both := gapOf(gaps, "cors"); lacks == both || gap.Reason != Ignored && other.Reason != Ignored {
		t.Errorf("%v", gaps)
	}
}

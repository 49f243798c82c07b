package onprem

import (
	"fmt"
	"maps"
	"strings"
)

// Step is something that is left to an operator, because the store has no S3
// call for it.
type Step struct {
	What     string   `json:"what"` // what it is for
	Commands []string `json:"commands"`
}

// Site is what Steps has to know of an installation.
type Site struct {
	Endpoint, Bucket string
	Users            Users
	// Policies is the folder that holds the users' policies.
	Policies string
	Webhook  string // URL without its secret; empty for none
	Origins  []string
	// Named says that the store has taken a policy that names the users: one that
	// takes no others then has them.
	Named bool
}

// Steps returns the commands for what the store has no S3 call for. Words in
// capitals stand for secrets and for what only the operator knows.
func (k Kind) Steps(s Site) []Step {
	var steps []Step
	add := func(what string, commands ...string) { steps = append(steps, Step{what, commands}) }
	switch k {
	case MinIO:
		add("the name STORE for it in mc, MinIO's command", fmt.Sprintf("mc alias set STORE %s ROOT_ACCESS_KEY ROOT_SECRET_KEY", s.Endpoint))
		for _, user := range []string{s.Users.Server, s.Users.Signer} {
			add("the user "+user,
				fmt.Sprintf("mc admin policy create STORE %s %s/%[1]s.json", user, s.Policies),
				fmt.Sprintf("mc admin user add STORE %s SECRET", user),
				fmt.Sprintf("mc admin policy attach STORE %s --user %[1]s", user))
		}
		if len(s.Origins) > 0 {
			add("the pages that may use it, and no others: one rule for all of its buckets",
				"mc admin config set STORE api cors_allow_origin="+strings.Join(s.Origins, ","))
		}
		if s.Webhook != "" {
			add("the webhook behind "+MinIOTarget+" (then run bytepass provision again)",
				fmt.Sprintf("mc admin config set STORE notify_webhook:BYTEPASS endpoint=%s auth_token=WEBHOOK_SECRET queue_dir=QUEUE_FOLDER", s.Webhook),
				"mc admin service restart STORE --json")
		}
	case Ceph:
		for _, user := range []string{s.Users.Server, s.Users.Signer} {
			add("the user "+user+" (its keys are printed; the bucket's policy gives the rights)",
				fmt.Sprintf("radosgw-admin user create --uid=%s --display-name=%[1]s --max-buckets=-1", user))
		}
	case VersityGW:
		for _, user := range []string{s.Users.Server, s.Users.Signer} {
			if s.Named {
				break
			}
			add("the user "+user+" (the gateway has users if it was started with --iam-dir FOLDER; the bucket's policy gives the rights: then run bytepass provision again)",
				fmt.Sprintf("versitygw admin --access ROOT_ACCESS_KEY --secret ROOT_SECRET_KEY --endpoint-url %s create-user --access %s --secret SECRET --role user", s.Endpoint, user))
		}
		if s.Webhook != "" {
			add("events: start the gateway with", fmt.Sprintf("VGW_EVENT_WEBHOOK_URL=%s/WEBHOOK_SECRET versitygw posix …", s.Webhook))
		}
	case SeaweedFS:
		for _, user := range []string{s.Users.Server, s.Users.Signer} {
			add("the user "+user+" (the bucket's policy gives the rights)",
				fmt.Sprintf("echo 's3.configure -user=%s -access_key=ACCESS_KEY -secret_key=SECRET_KEY -apply' | weed shell -master=MASTER", user))
		}
	default:
		add(fmt.Sprintf("two users with the policies %s/%s.json and %[1]s/%s.json, in whatever way the store makes users", s.Policies, s.Users.Server, s.Users.Signer))
	}
	return steps
}

// StandIns say what stands in on this store for a setting that it does not have.
func (k Kind) StandIns() map[string]string {
	all := k.ofSettings()
	maps.Copy(all, k.ofSigning())
	return all
}

// ofSigning say what stands in for the statements that tell a signature in a URL
// from one in a header. The stores' own conditions for it are in Policies.
func (k Kind) ofSigning() map[string]string {
	if k == MinIO {
		const policies = "the policies of the two users say it here: the signer's keys are worth nothing in a header, and the server's sign no URL"
		return map[string]string{"policy/SignersOnlyPresign": policies, "policy/OnlySignersPresign": policies}
	}
	return map[string]string{
		"policy/SignersOnlyPresign": "who has the signer's secret can use it in a header as well as in URLs of his own: he reads and writes the objects of all owners by either, and can do nothing else, since the signer's user has no other right; keep the secret where the server alone reads it, and make another user when it was seen. bytepass verify --except signer-header",
		"policy/OnlySignersPresign": "who has the server's secret can sign URLs with it, too, for what its user may do; the server itself signs with the other one's",
	}
}

func (k Kind) ofSettings() map[string]string {
	switch k {
	case MinIO:
		return map[string]string{
			"cors":         "MinIO has one rule for all buckets and by default lets in every origin; narrow it as said below",
			"encryption":   "MinIO encrypts nothing without a key: set MINIO_KMS_SECRET_KEY or connect a KMS, then name the key with --kms-key, or use --sse-s3",
			"notification": "the store tells the server nothing; set up the webhook as said below, or the server looks through the bucket from time to time",
			"publicAccess": "MinIO has no such block; a bucket is public only by a policy that allows it to everybody",
		}
	case Ceph:
		return map[string]string{
			"encryption":   "the store encrypts nothing by itself; encrypt the disks of its OSDs (ceph-volume --dmcrypt)",
			"notification": "the store tells the server nothing; name the server's webhook with --webhook-url, or it looks through the bucket from time to time",
			"logging":      "requests are in no access log of the bucket; Ceph's own is the ops log (rgw_enable_ops_log)",
		}
	case SeaweedFS:
		return map[string]string{
			"notification": "SeaweedFS tells nobody of its objects in S3's form; the server looks through the bucket from time to time (serve --poll-every)",
		}
	case VersityGW:
		return map[string]string{
			"versioning":   "the gateway keeps versions if it was started with --versioning-dir FOLDER, a folder that is not inside its root; without them an overwritten or deleted file is gone for good, so bytepass serve refuses the bucket",
			"lifecycle":    "old versions stay on the disk until somebody removes them (bytepass purge); unfinished uploads are aborted by the server's own sweeper",
			"notification": "buckets have none; the gateway tells one webhook of everything, as said below, or the server looks through the bucket from time to time",
		}
	}
	return map[string]string{}
}

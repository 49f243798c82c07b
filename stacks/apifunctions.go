package stacks

import (
	"strconv"
	"strings"

	"github.com/bytepass/bytepass/runtime/env"
	"github.com/bytepass/bytepass/stacks/settings"
)

// Memory buys processor time on Lambda; these functions use under 32 MB.
const apiMemoryMB = 512

// gatewaySeconds is as long as a function may answer behind an HTTP API, which
// waits 30 s and not a second longer (API Gateway quotas).
const gatewaySeconds = 29

// newFunctions makes the functions behind the HTTP API. Each knows where
// things are and the limits that are one for all; what it may do is its role's
// business.
func newFunctions(api *API, p platform, storage Storage) {
	s, r := p.settings, storage.Roles
	common := func(more map[string]string) map[string]string {
		all := limits(s)
		all[env.Bucket] = p.names.bucket()
		all[env.OwnerClaim] = s.OwnerClaim
		all[env.GroupsClaim] = s.GroupsClaim
		all[env.RequireScopes] = strconv.FormatBool(s.RequireScopes)
		all[env.ScopePrefix] = s.ScopePrefix
		for name, value := range more {
			all[name] = value
		}
		return all
	}
	api.Upload = p.newFunction(api.Construct, "Upload", function{
		name: fnUpload, description: "Signs URLs for uploads, controls those in parts", role: r.Upload,
		environment: common(map[string]string{env.UploadSignerRole: *r.UploadSigner.RoleArn()}),
		// To complete an upload may take as long as the gateway waits; the
		// caller is asked to come back before that.
		memoryMB: apiMemoryMB, timeout: gatewaySeconds, reserved: s.ReservedConcurrency,
	})
	api.Files = p.newFunction(api.Construct, "Files", function{
		name: fnFiles, description: "Lists files, signs downloads, deletes", role: r.Files,
		environment: common(downloads(p, storage)),
		memoryMB:    apiMemoryMB, timeout: 20, reserved: s.ReservedConcurrency,
	})
	api.Restore = p.newFunction(api.Construct, "Restore", function{
		name: fnRestore, description: "Brings deleted files and older versions back", role: r.Restore,
		environment: common(nil),
		// S3 copies up to 5 GB in that time.
		memoryMB: apiMemoryMB, timeout: gatewaySeconds, reserved: s.ReservedConcurrency,
	})
}

// downloads is what the function that signs them is told beside the rest.
func downloads(p platform, storage Storage) map[string]string {
	told := map[string]string{env.Table: p.names.table()}
	if d := storage.Delivery; d != nil {
		told[env.EdgeDomain], told[env.SigningKeySecret] = *d.Domain, *d.SecretARN
	} else {
		told[env.DownloadSignerRole] = *storage.Roles.DownloadSigner.RoleArn()
	}
	return told
}

func limits(s settings.Settings) map[string]string {
	return map[string]string{
		env.MaxSize:          strconv.FormatInt(s.MaxSize, 10),
		env.AllowedTypes:     strings.Join(s.AllowedTypes, ","),
		env.UploadURLSeconds: strconv.Itoa(s.UploadURLSeconds),
		env.PutSeconds:       strconv.Itoa(s.PutSeconds),
		env.PartSeconds:      strconv.Itoa(s.PartSeconds),
		env.GetSeconds:       strconv.Itoa(s.GetSeconds),
	}
}

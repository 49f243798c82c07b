package settings

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/bytepass/bytepass/runtime/env"
)

const (
	contextObject = "bytepass"
	contextPrefix = "bytepass:"
	stagesObject  = "stages"
)

// Read makes the settings of one deployment from the CDK's whole context. What
// is set counts in this order, the last one wins: the defaults of the stage,
// the object "bytepass", its "stages" entry for the stage, "bytepass:<name>".
// The error is one line that names the setting and the remedy.
func Read(context map[string]any) (Settings, error) {
	base, perStage, commandLine, err := layers(context)
	if err != nil {
		return Settings{}, err
	}
	stage := StageDev
	for _, layer := range []map[string]any{base, commandLine} {
		if v, ok := layer["stage"]; ok {
			var s Settings
			if err := apply(&s, "stage", v); err != nil {
				return Settings{}, err
			}
			stage = s.Stage
		}
	}
	s := defaults(stage)
	for _, layer := range []map[string]any{base, perStage[stage], commandLine} {
		for _, name := range sortedKeys(layer) {
			if err := apply(&s, name, layer[name]); err != nil {
				return Settings{}, err
			}
		}
	}
	s.Stage = stage
	if s.Identity == Cognito && s.GroupsClaim == env.DefaultGroupsClaim {
		s.GroupsClaim = "cognito:groups" // the only name that it has for them
	}
	return s, s.contradiction()
}

func apply(s *Settings, name string, v any) error {
	f, _ := fieldNamed(name)
	if err := f.set(s, v); err != nil {
		shown, _ := json.Marshal(v)
		return fmt.Errorf("the setting %s is %s: %w", name, shown, err)
	}
	return nil
}

// layers takes the context apart and refuses what is no setting.
func layers(context map[string]any) (base map[string]any, perStage map[string]map[string]any, commandLine map[string]any, err error) {
	base, perStage, commandLine = map[string]any{}, map[string]map[string]any{}, map[string]any{}
	for _, key := range sortedKeys(context) {
		name, prefixed := strings.CutPrefix(key, contextPrefix)
		if _, known := fieldNamed(key); known {
			return nil, nil, nil, fmt.Errorf("the context has %s: write %s%s", key, contextPrefix, key)
		}
		if prefixed {
			commandLine[name] = context[key]
		}
	}
	object, err := asObject(contextObject, context[contextObject])
	if err != nil {
		return nil, nil, nil, err
	}
	stages, err := asObject(stagesObject, object[stagesObject])
	if err != nil {
		return nil, nil, nil, err
	}
	for _, stage := range sortedKeys(stages) {
		layer, err := asObject(stagesObject+"."+stage, stages[stage])
		if err == nil {
			err = unknown(stagesObject+"."+stage+".", layer)
		}
		if _, ok := layer["stage"]; ok && err == nil {
			err = fmt.Errorf("the setting %s.%s.stage cannot be set for one stage: set stage in bytepass", stagesObject, stage)
		}
		if err != nil {
			return nil, nil, nil, err
		}
		perStage[stage] = layer
	}
	for name, v := range object {
		if name != stagesObject {
			base[name] = v
		}
	}
	if err := unknown("", base); err != nil {
		return nil, nil, nil, err
	}
	return base, perStage, commandLine, unknown(contextPrefix, commandLine)
}

func asObject(name string, v any) (map[string]any, error) {
	if str, ok := v.(string); ok {
		if json.Unmarshal([]byte(str), &v) != nil {
			v = false
		}
	}
	if v == nil {
		return map[string]any{}, nil
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the context's %s is not an object: use {\"<setting>\": <value>, …}", name)
	}
	return object, nil
}

func unknown(where string, layer map[string]any) error {
	for _, name := range sortedKeys(layer) {
		if _, ok := fieldNamed(name); !ok {
			return fmt.Errorf("the setting %s%s is unknown: use one of %s", where, name, strings.Join(names(), ", "))
		}
	}
	return nil
}

func names() []string {
	all := make([]string, len(fields))
	for i, f := range fields {
		all[i] = f.name
	}
	return all
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// maxTypesBytes leaves room in the 4 KB that Lambda gives a function's
// environment (Lambda quotas).
const maxTypesBytes = 2000

// contradiction returns what no setting alone can say.
func (s Settings) contradiction() error {
	issuer, err := url.Parse(s.Issuer)
	switch {
	case len(s.Name()) > maxName:
		return fmt.Errorf("the setting prefix is too long: %q has %d characters, and bucket names leave %d for prefix, hyphen and stage; shorten prefix or stage", s.Name(), len(s.Name()), maxName)
	case s.Stage == StageProd && !s.Retain:
		return fmt.Errorf("the setting retain is false, but the stage prod always keeps its data: use another stage, or leave retain alone")
	case s.Identity == Cognito:
		if err := s.cognitoContradiction(); err != nil {
			return err
		}
	case len(s.CallbackURLs) > 0 || s.SignUp || s.MFA != MFARequired:
		return fmt.Errorf("the settings callbackUrls, mfa and signUp are for a user pool: set identity to cognito, or leave them out")
	case s.Issuer == "" || err != nil:
		return fmt.Errorf("the setting issuer is missing: set it to the OIDC issuer whose tokens the API is to accept, such as -c %sissuer=https://login.example.com", contextPrefix)
	case s.Retain && s.Issuer == ExampleIssuer:
		return fmt.Errorf("the setting issuer is still the example %s, and the stage %s keeps its data: set it to your OIDC issuer", ExampleIssuer, s.Stage)
	case s.Retain && issuer.Scheme == "http":
		return fmt.Errorf("the setting issuer is %s, and the stage %s keeps its data: use an https issuer, or a stage with retain=false", s.Issuer, s.Stage)
	}
	switch {
	case s.Delivery != CloudFront && (s.Domain != "" || s.WebACL != ""):
		return fmt.Errorf("the settings domain and webAcl are for downloads from CloudFront: set delivery to cloudfront, or leave them out")
	case (s.Domain == "") != (s.Certificate == ""):
		return fmt.Errorf("the settings domain and certificate belong together: set both, or none for CloudFront's own domain")
	case len(strings.Join(s.AllowedTypes, ",")) > maxTypesBytes:
		return fmt.Errorf("the setting allowedTypes is too long for a function's environment: use at most %d characters in all, such as image/* for many", maxTypesBytes)
	case s.TransitionClass == "STANDARD_IA" && s.TransitionDays < 30:
		return fmt.Errorf("the setting transitionDays is %d, but S3 moves objects to STANDARD_IA after 30 days at the earliest: use 30 or more, or another transitionClass", s.TransitionDays)
	case s.TransitionClass != NoTransition && s.NoncurrentDays < s.TransitionDays+90:
		return fmt.Errorf("the setting noncurrentDays is %d, but versions in %s are billed for 90 days after transitionDays (%d): use %d or more", s.NoncurrentDays, s.TransitionClass, s.TransitionDays, s.TransitionDays+90)
	}
	return nil
}

// cognitoContradiction is contradiction for what concerns a user pool.
func (s Settings) cognitoContradiction() error {
	switch {
	case s.Issuer != "" && s.Issuer != ExampleIssuer:
		return fmt.Errorf("the setting issuer is %s, but with identity cognito the stack makes its own: leave issuer out, or set identity to oidc", s.Issuer)
	case s.RequireScopes:
		return fmt.Errorf("the setting requireScopes is true, but a user pool cannot write the scopes files:read and files:write: leave it out, or set identity to oidc")
	case len(s.LoginCallbacks()) == 0:
		return fmt.Errorf("the setting callbackUrls is missing: set the pages that a browser comes back to after it has signed in, or origins")
	}
	for _, reserved := range []string{"aws", "amazon", "cognito"} {
		if strings.Contains(s.Name(), reserved) {
			return fmt.Errorf("the login's address cannot hold %q, which is in %s: use another prefix or stage", reserved, s.Name())
		}
	}
	return nil
}

package config

import (
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// serviceLink matches the variables that Kubernetes puts into every container
// for a service whose name begins with "bytepass" (Service environment
// variables, compatible with Docker links). Nobody wrote them.
var serviceLink = regexp.MustCompile(`^BYTEPASS_([A-Z0-9_]+_)?(SERVICE_HOST=|SERVICE_PORT(_[A-Z0-9_]+)?=\d+$|PORT=(tcp|udp|sctp)://|PORT_\d+_(TCP|UDP|SCTP)(_PROTO|_PORT|_ADDR)?=)`)

// readEnviron returns the settings in an environment. A variable that begins
// like ours has to be a setting or foreign.
func readEnviron(flags *pflag.FlagSet, environ, foreign []string) (map[string]written, error) {
	known := map[string]string{}
	for _, name := range names(flags) {
		known[EnvName(name)] = name
	}
	if flags.Lookup(fileFlag) != nil {
		known[EnvName(fileFlag)] = fileFlag
	}
	found := map[string]written{}
	for _, pair := range slices.Sorted(slices.Values(environ)) {
		variable, value, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(variable, envPrefix) || slices.Contains(foreign, variable) || serviceLink.MatchString(pair) {
			continue
		}
		name, ok := known[variable]
		switch {
		case !ok:
			return nil, unknownVariable(variable, known)
		case value == "":
			return nil, bad(variable, "is empty; give it a value, or unset it")
		}
		found[name] = written{origin: variable, texts: []string{value}}
	}
	return found, nil
}

func unknownVariable(variable string, known map[string]string) error {
	settings := make([]string, 0, len(known))
	for _, name := range known {
		settings = append(settings, name)
	}
	if meant := nearest(strings.TrimPrefix(variable, envPrefix), settings); meant != "" {
		return bad(variable, "there is no such setting; %s was perhaps meant", EnvName(meant))
	}
	return bad(variable, "there is no such setting; unset it (--help lists all settings)")
}

// lookup returns the value of a variable in an environment, or "".
func lookup(environ []string, variable string) string {
	for _, pair := range environ {
		if value, ok := strings.CutPrefix(pair, variable+"="); ok {
			return value
		}
	}
	return ""
}

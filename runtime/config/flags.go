package config

import (
	"strings"

	"github.com/spf13/pflag"
)

// Annotations of the flags that this package treats apart.
const (
	apart     = "bytepass/config/apart"     // no setting: only for the command line
	secretOf  = "bytepass/config/secret-of" // names a file with the secret of that name
	fileFlag  = "config"
	envPrefix = "BYTEPASS_"
)

// File registers --config, which names the file. It can also be named by
// BYTEPASS_CONFIG. Without the flag Load reads no file.
func File(flags *pflag.FlagSet) {
	flags.String(fileFlag, "", "file of settings, in YAML")
}

// Apart says that flags are no settings: they have no variable, and no key in
// the file. It panics if there is no such flag, which is a mistake of the
// program.
func Apart(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		if err := flags.SetAnnotation(name, apart, nil); err != nil {
			panic(err)
		}
	}
}

// Secret registers a setting that nobody else may see, and --NAME-file, which
// names a file that holds it. usage says what the secret is, such as "secret of
// the store's events". target is set by Load.
func Secret(flags *pflag.FlagSet, target *string, name, usage string) {
	file := name + fileSuffix
	flags.Var(&secret{target: target, name: name}, name, usage)
	flags.Lookup(name).Hidden = true // its help is the file's
	flags.String(file, "", "file that holds the "+usage+" (or "+EnvName(name)+")")
	flags.Lookup(file).Annotations = map[string][]string{secretOf: {name}}
}

// EnvName returns the environment variable of a setting: BYTEPASS_MAX_SIZE for
// max-size.
func EnvName(name string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// isSetting reports whether a flag can be written elsewhere too.
func isSetting(f *pflag.Flag) bool {
	_, not := f.Annotations[apart]
	return !not && f.Name != "help"
}

func isSecret(f *pflag.Flag) bool {
	_, ok := f.Value.(*secret)
	return ok
}

// names returns the names of all settings, but for that of the file.
func names(flags *pflag.FlagSet) []string {
	var all []string
	flags.VisitAll(func(f *pflag.Flag) {
		if isSetting(f) && f.Name != fileFlag {
			all = append(all, f.Name)
		}
	})
	return all
}

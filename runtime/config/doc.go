// Package config gives the flags of a command three more ways to be written.
//
// Every flag of a pflag.FlagSet is a setting. What the command line leaves out
// comes from the environment (BYTEPASS_MAX_SIZE for --max-size), then from a
// file of YAML (max-size), then from the flag's default. Secrets, registered
// with Secret, are never written on a command line; they come from the
// environment, from the file, from a file of their own (--NAME-file), or from
// the credentials that systemd hands to a service.
//
//	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
//	flags.StringVar(&listen, "listen", "127.0.0.1:8080", "address of the API")
//	config.File(flags)
//	config.Secret(flags, &secret, "webhook-secret", "secret of the store's events")
//	…
//	settings, err := config.Load(flags, os.Environ(), "BYTEPASS_URL")
//
// Nothing is ignored: a variable or a key that names no setting, a key written
// twice, a value of the wrong kind and an empty value are an *Error each, which
// says where it was written and what to write instead, in one line. The value
// of a secret is in no error, no help and nothing that Settings.Print prints.
//
//	flags.go    what is registered: the file, secrets, what is no setting
//	load.go     which of several sources counts
//	environ.go  the environment
//	file.go     the file
//	secret.go   values of secrets and their files
//	value.go    from what is written to what the flag takes
//	print.go    what all of it comes to
//	error.go    errors, and the name that was meant
package config

// Package audit looks through logs of a running Bytepass, for tests: nothing in
// them may open a door, and every operation has its line.
package audit

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/bytepass/bytepass/runtime/server/folder"
)

// whatOpensDoors must be in no log: tokens, and signatures of URLs and requests.
var whatOpensDoors = regexp.MustCompile(`(?i)X-Amz-Signature|X-Amz-Security-Token|X-Amz-Credential|Bearer |Signature=|Key-Pair-Id=|eyJ[\w-]{8,}\.[\w-]{4,}`)

// Leaks returns a text for each line of a log that holds what opens doors, or
// one of these secrets.
func Leaks(log string, secrets ...string) []string {
	var found []string
	for line := range strings.Lines(log) {
		what := whatOpensDoors.FindString(line)
		for _, secret := range secrets {
			if strings.Contains(line, secret) {
				what = "a secret"
			}
		}
		if what != "" {
			found = append(found, fmt.Sprintf("%.20s in %.400s", what, line))
		}
	}
	return found
}

// Check looks through what "bytepass serve" has printed into a file about a
// data folder. The error names every leak; it is one too when there are so few
// audit lines that this cannot be the log of a server that was used.
func Check(logFile, data string) error {
	log, err := os.ReadFile(logFile)
	if err != nil {
		return err
	}
	secrets, err := secretsOf(data)
	if err != nil {
		return err
	}
	var errs []error
	for _, leak := range Leaks(string(log), secrets...) {
		errs = append(errs, errors.New("the log holds "+leak))
	}
	if n := strings.Count(string(log), " msg=audit owner="); n < 30 {
		errs = append(errs, fmt.Errorf("the log has only %d audit lines: it is not the one that was meant", n))
	}
	return errors.Join(errs...)
}

// secretsOf returns what only the data folder may hold: the store's key, and
// the lines of the development issuer's.
func secretsOf(data string) ([]string, error) {
	f, err := folder.Open(data, false)
	if err != nil {
		return nil, err
	}
	keys, err := f.Keys()
	if err != nil {
		return nil, err
	}
	secrets := []string{keys.SecretKey}
	dir, err := f.Issuer()
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		pem, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(pem)) {
			if line = strings.TrimSpace(line); len(line) > 16 {
				secrets = append(secrets, line)
			}
		}
	}
	return secrets, nil
}

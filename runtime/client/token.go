package client

import (
	"context"
	"fmt"
	"os"
	"strings"
	"unicode"
)

// TokenSource returns the access token to send. It is asked before each
// request, so a token may be renewed while a long transfer is under way.
type TokenSource func(ctx context.Context) (string, error)

// StaticToken returns always the same token.
func StaticToken(token string) TokenSource {
	return func(context.Context) (string, error) { return token, nil }
}

// TokenFile returns what the file holds at the moment, without white space
// around it. A file without a token is an error: nobody who names one means to
// ask without.
func TokenFile(path string) TokenSource {
	return func(context.Context) (string, error) {
		content, err := os.ReadFile(path)
		if err != nil {
			return "", fmt.Errorf("read the token: %w", err)
		}
		token := strings.TrimSpace(string(content))
		if token == "" || strings.ContainsFunc(token, unicode.IsSpace) {
			return "", fmt.Errorf("%s has to hold one access token and nothing else", path)
		}
		return token, nil
	}
}

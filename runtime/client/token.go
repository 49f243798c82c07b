package client

import (
	"context"
	"fmt"
	"os"
	"strings"
	"unicode/utf8"
)

// TokenSource returns the access token to send. It is asked before each
// request, so a token may be renewed while a long transfer is under way.
type TokenSource func(ctx context.Context) (string, error)

// StaticToken returns always the same token; see ParseToken for text of somebody
// else's.
func StaticToken(token string) TokenSource {
	return func(context.Context) (string, error) { return token, nil }
}

// ParseToken returns an access token without the white space around it. The
// error is about what no header can carry, or a token cannot hold (RFC 6750,
// section 2.1, allows fewer characters still); it does not say the token.
func ParseToken(text string) (string, error) {
	token := strings.TrimSpace(text)
	if at := strings.IndexFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }); at >= 0 {
		r, _ := utf8.DecodeRuneInString(token[at:])
		return "", fmt.Errorf("an access token has no %U in it; is it all of one token and nothing else?", r)
	}
	return token, nil
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
		token, err := ParseToken(string(content))
		switch {
		case err != nil:
			return "", fmt.Errorf("%s: %w", path, err)
		case token == "":
			return "", fmt.Errorf("%s has to hold one access token and nothing else", path)
		}
		return token, nil
	}
}

package identity

import (
	"fmt"
	"strings"
)

const tokenPageHead = `# Tokens at the front doors

Every request is somebody's. The server checks tokens itself; on AWS the JWT
authorizer of API Gateway does, and the functions read the token that it has
verified once more for what the authorizer does not know: owner and groups.
` + "`401`" + ` alone is the gateway's own answer; what has a code is a problem of the API.

Both doors ask for scopes here (` + "`--require-scopes`" + `, ` + "`requireScopes`" + `). This table
is what the tests pin, cell by cell: ` + "`go test ./test/identity ./test/e2e`" + `.

| A token that is | Server | API Gateway | |
|---|---|---|---|
`

const tokenPageFoot = `
The tests of the right column run against an AWS emulator, behind a proxy that
keeps API Gateway's quota of 10,240 bytes: AWS documents the quota, and ` + "`431`" + ` is
what those report who have met it. The two stand for API Gateway but for these
rows, where they answer otherwise than AWS documents:

`

// tokenPage returns docs/tokens.md: the table of tokens, for people.
func tokenPage() string {
	var page, differences strings.Builder
	page.WriteString(tokenPageHead)
	for _, c := range tokenCases() {
		fmt.Fprintf(&page, "| %s | %s | %s | %s |\n", c.what, c.server, c.gateway, c.why)
		if c.emulator != (verdict{}) {
			fmt.Fprintf(&differences, "- %s: %s\n", c.what, c.emulator)
		}
	}
	return page.String() + tokenPageFoot + differences.String()
}

// String returns the verdict as the page has it.
func (v verdict) String() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", v.status, v.code))
}

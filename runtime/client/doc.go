// Package client is the Go client of the HTTP API: typed calls, answers and
// problems, and retries of what the service may recover from. It sends no bytes
// of files; package transfer does that with the URLs that these calls return.
//
//	c, err := client.New(client.Config{BaseURL: "https://files.example.com", Token: client.StaticToken(token)})
//	for file, err := range c.Files(ctx, client.Stored, "photos/") { … }
//
// Signed URLs and tokens are credentials: no error of this package holds one.
package client

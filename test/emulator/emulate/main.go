// Command emulate deploys the stacks to an AWS emulator on this machine, prints
// what to try, and stays up until it is interrupted: "make emulate".
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/bytepass/bytepass/test/emulator"
	"github.com/bytepass/bytepass/test/issuer"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "emulate:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "bytepass-emulate-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	is, err := issuer.Start(ctx, "alice", "bob")
	if err != nil {
		return err
	}
	defer is.Close()
	stack, err := emulator.Up(ctx, dir, map[string]string{
		"bytepass:issuer": is.URL, "bytepass:audience": issuer.Audience,
	}, announce)
	if err != nil {
		return err
	}
	defer stack.Close()
	if err := explain(ctx, stack, is); err != nil {
		return err
	}
	<-ctx.Done()
	fmt.Println("\n==> stopping")
	return nil
}

func announce(step string) {
	fmt.Printf("%s ==> %s\n", time.Now().Format(time.TimeOnly), step)
}

// explain prints what to try, ready to be pasted into a shell.
func explain(ctx context.Context, stack *emulator.Stack, is *issuer.Issuer) error {
	api, err := stack.APIURL()
	if err != nil {
		return err
	}
	alice, err := is.Token(ctx, "alice")
	if err != nil {
		return err
	}
	bob, err := is.Token(ctx, "bob")
	if err != nil {
		return err
	}
	for _, c := range stack.Changes {
		fmt.Println("adapted:", c)
	}
	fmt.Printf(`
The stacks are deployed. In another shell:

    API=%s
    ALICE=%s
    BOB=%s

    echo hello > hello.txt
    URL=$(curl -s -X POST "$API/api/files/hello.txt/presign" -H "Authorization: Bearer $ALICE" \
        -d '{"mimeType":"text/plain","size":6}' | sed 's/.*"url":"\([^"]*\)".*/\1/; s/\\u0026/\&/g')
    curl -s -T hello.txt -H 'Content-Type: text/plain' "$URL"
    curl -s "$API/api/files" -H "Authorization: Bearer $ALICE"
    curl -s "$API/api/files" -H "Authorization: Bearer $BOB"

    export AWS_ENDPOINT_URL=%s AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=%s
    aws cloudformation describe-stacks

The log is %s/emulator.log. Ctrl-C ends it all.
`, api, alice, bob, stack.URL, emulator.Region, stack.Dir)
	return nil
}

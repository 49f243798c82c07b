package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// ask prints a question and returns the line that is typed, without the spaces
// around it; what cannot be read is empty. The error is that of ctx, which ends
// it at once.
func ask(ctx context.Context, in io.Reader, out io.Writer, question string) (string, error) {
	fmt.Fprint(out, question)
	answers := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(in).ReadString('\n')
		answers <- strings.TrimSpace(line)
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(out)
		return "", ctx.Err()
	case answer := <-answers:
		return answer, nil
	}
}

// agreed asks whether a bucket is to be written. The error is a no, or an
// interruption.
func agreed(ctx context.Context, in io.Reader, out io.Writer, bucket string) error {
	answer, err := ask(ctx, in, out, fmt.Sprintf("Write this to bucket %s? [y/N] ", bucket))
	if answer = strings.ToLower(answer); err == nil && answer != "y" && answer != "yes" {
		err = errors.New("nothing was written")
	}
	return err
}

// confirmed asks for the name of a space. The error is a usageError if it is not
// what is typed, or an interruption.
func confirmed(ctx context.Context, in io.Reader, out io.Writer, space string) error {
	typed, err := ask(ctx, in, out, fmt.Sprintf("This cannot be undone. Type %s to erase it: ", space))
	if err == nil && typed != space {
		err = usageError{fmt.Errorf("that is not %s: nothing was erased", space)}
	}
	return err
}

// onTerminal reports whether somebody looks at a file, or types into it.
func onTerminal(file any) bool {
	f, ok := file.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

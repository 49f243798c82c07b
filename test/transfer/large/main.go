// Command large sends a sparse file of 5 GB to the real "bytepass serve", kills
// the sender at random points, lets it resume, fetches the file, and prints how
// much memory client and server needed at most, by VmHWM of /proc (Linux).
// "make bench-large" runs it; it needs 16 GB of disk.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/bytepass/bytepass/test/serve"
)

func main() {
	size := flag.Int64("size", 5_000_000_000, "bytes of the file")
	kills := flag.Int("kills", 3, "how often the sender is killed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *size, *kills); err != nil {
		fmt.Fprintln(os.Stderr, "large:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, size int64, kills int) (err error) {
	folder, err := os.MkdirTemp("", "bytepass-large")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	binary, err := serve.Binary(ctx)
	if err != nil {
		return err
	}
	server, err := serve.Start(binary, filepath.Join(folder, "data"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	source := filepath.Join(folder, "sparse")
	if err := sparse(source, size); err != nil {
		return err
	}
	for range kills {
		if _, err := command(ctx, server, size/10+rand.N(size/10), "put", source, "large"); err != nil {
			return err
		}
	}
	for _, args := range [][]string{{"put", source, "large"}, {"get", "large", filepath.Join(folder, "back")}} {
		peak, err := command(ctx, server, 0, args...)
		if err != nil {
			return err
		}
		fmt.Printf("%s: client at most %d MB resident\n", args[0], peak>>20)
	}
	peak, err := peakOf(server.Pid())
	fmt.Printf("server at most %d MB resident\n", peak>>20)
	return err
}

// sparse makes a file of zeros that takes no disk.
func sparse(path string, size int64) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Truncate(size), f.Close())
}

// command runs a command to its end, or kills it when it has written so many
// bytes (0 for never), and returns the most memory that it had.
func command(ctx context.Context, server *serve.Server, most int64, args ...string) (peak int64, err error) {
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, server.Binary, append(args, "--json", "--url", server.URL)...)
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			var told struct{ Sent, Resumed int64 }
			if err == nil {
				err = json.Unmarshal(out.Bytes(), &told)
			}
			fmt.Printf("%s: ended after %.1f s, %d MB travelled, %d MB resumed\n", args[0], time.Since(start).Seconds(), told.Sent/1e6, told.Resumed/1e6)
			return peak, err
		case <-time.After(50 * time.Millisecond):
		}
		if now, err := peakOf(cmd.Process.Pid); err == nil {
			peak = now
		}
		travelled, unknown := read(cmd.Process.Pid, "io", written)
		if most > 0 && unknown == nil && travelled > most {
			fmt.Printf("%s: killed after %.1f s, when %d MB had travelled\n", args[0], time.Since(start).Seconds(), travelled/1e6)
			err := cmd.Process.Kill()
			<-ended
			return peak, err
		}
	}
}

var (
	highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)
	written   = regexp.MustCompile(`wchar:\s+(\d+)`)
)

// peakOf returns the most memory that a process has had resident, in bytes.
func peakOf(pid int) (int64, error) {
	kb, err := read(pid, "status", highWater)
	return kb << 10, err
}

// read returns a number from a file that the kernel keeps of a process.
func read(pid int, file string, number *regexp.Regexp) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
	if err != nil {
		return 0, err
	}
	found := number.FindSubmatch(text)
	if found == nil {
		return 0, fmt.Errorf("/proc/%d/%s does not say it", pid, file)
	}
	return strconv.ParseInt(string(found[1]), 10, 64)
}

package main

import (
	"errors"

	"github.com/bytepass/bytepass/runtime/env"
)

// size is a flag that takes a number of bytes as env.ParseSize reads it.
type size int64

// Set implements pflag.Value.
func (s *size) Set(text string) error {
	n, ok := env.ParseSize(text)
	if !ok {
		return errors.New("write a number of bytes, such as 1048576, 20MB or 5GiB")
	}
	*s = size(n)
	return nil
}

// String implements pflag.Value.
func (s *size) String() string { return env.FormatSize(int64(*s)) }

// Type implements pflag.Value.
func (s *size) Type() string { return "size" }

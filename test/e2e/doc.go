// Package e2e is the one list of end-to-end cases, and what runs it against a
// deployment through its front door.
//
// A deployment is anything that implements Deployment: the tests of this
// package run the list against "bytepass serve" and against the stacks deployed
// to an AWS emulator. To add one, implement the interface and call Run.
//
// To add a case, write a func(T, *World) and put it into Cases. A case works in
// keys of its own (World.Key), so that cases neither meet nor need each other.
// It states what must hold everywhere; where front doors differ by nature, the
// difference has a name in Differences, and the case says what holds then.
package e2e

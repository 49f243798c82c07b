// Package clients has every client upload to the stacks on the AWS emulator: the
// browser client, Uppy and the command, by the same cases that run against
// "bytepass serve" beside them. They share one deployment.
package clients

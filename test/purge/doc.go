// Package purge runs "bytepass purge" as an administrator does, beside a real
// "bytepass serve" and without it: killed in the middle and run again, and never
// from the API.
package purge

// Package browser looks at the console in a real Chromium, against the real
// "bytepass serve": what people see and do, and what pages of others cannot.
package browser

// Package browser looks at the console and the browser client in a real
// Chromium, against the real "bytepass serve": what people see and do, what an
// application can rely on when lines are bad, pages reload and servers die, and
// what pages of others cannot.
//
// What Client and BadLine check needs nothing but a Target: the URLs of a page
// and of an API, and a token. So any deployment can be one.
package browser

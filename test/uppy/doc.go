// Package uppy uploads with Uppy's plugin for S3, unmodified, as docs/uppy.md
// configures it, in a real Chromium: to "bytepass serve" here, and by Run to any
// other deployment. Each case runs for each configuration of the page. What
// arrives is read by the API's download URL and compared by SHA-256.
//
// The browser reaches everything through a proxy, which serves the page, counts
// requests, and fails, delays or holds some of them.
package uppy

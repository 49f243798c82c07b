// Package provision runs provisioning against S3 servers of other makers: the
// library through everything it has to stand, the commands "bytepass provision"
// and "bytepass drift" as an operator and a pipeline use them, and the rights of
// the server's users as the stores enforce them.
package provision

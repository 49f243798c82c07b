// Package embedded is the object store of a laptop: versitygw's S3 gateway in
// this process, on a folder of plain files.
//
// It is a real S3 server on a port of its own; clients reach it over HTTP with
// presigned URLs as they reach any other. What is added to the gateway's POSIX
// backend (see backend): changes of one key happen one after the other, a
// change is on the disk before it is acknowledged, a process that is killed in
// the middle of one leaves the key as it was, a listing of versions beside
// changes holds all that stays, and whoever asks is told of every key that has
// changed. The gateway's own webhook would tell that too, but not
// for form uploads (its events name no key), only once, whatever the answer,
// and with its secret printed at the start. Metadata in the query of a presigned
// URL is kept with the object, as S3 keeps it.
//
// What a file system cannot do, this store cannot: "a" and "a/b" exclude each
// other, a segment has at most 255 bytes, and .sgwtmp is none. versitygw answers
// 501 to lifecycle, encryption, public access block, logging and notifications.
package embedded

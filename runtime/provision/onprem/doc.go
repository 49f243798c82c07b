// Package onprem knows the S3 stores that teams run themselves: how each is
// recognised, how it names users in policies, where their rights are written
// down, how it is told to send its events to a webhook, and the commands for
// what it has no S3 call for.
//
// It links nothing of any store: some of them may only be talked to.
//
//	kind.go      which store it is
//	rights.go    what the server's two users may do, and no more
//	commands.go  what is left to do by hand
//	webhook.go   notifications
//	topic.go     Ceph's topics, which stand for a webhook
package onprem

// Package verify attacks a live deployment from outside and says, check by
// check, whether it does what it must and refuses what it must. It knows the
// deployment by its HTTP API and by the URLs that this signs, as any client
// does; signer credentials, a second identity and a web origin let it look at
// more.
//
// The checks are one list (list.go), which names what each needs; they run at
// the same time as far as that allows. A check ends in one of three ways:
// passed, failed with what was sent, expected and got, or not checked, with why
// and how it could be. What depends on something that failed is not checked, so
// that one fault makes one check red. A check that must be refused also asks for
// what it must get (control.go): where everything is refused, none of them is
// green.
//
// A run keeps everything that it writes below .bytepass-verify/ and a name of
// its own, in files of a few bytes, and deletes it at its end, also when it is
// interrupted. What a killed run has left, a later one finds by that prefix and
// its age. The API deletes recoverably: the versions and delete markers stay
// for as long as the deployment keeps those.
//
// Signed URLs and tokens are credentials: no result holds one.
package verify

// Package uploads is the control of multipart uploads: it starts them, signs
// their parts, says what is there, completes and aborts them. The bytes of the
// parts go straight to the store and never pass here.
//
// Nothing is kept between two calls. What a later call has to know is in the
// upload id that Start hands out (see id): the store's id, the nonce, the
// size, and to which object it belongs. The id is no secret and not signed. A
// caller who changes it changes only what he is told about his own upload: the
// object key comes from his token, the store binds its ids to object keys, the
// limits are checked on the store's own list of parts before an object is made
// of them, and ingest compares the object with its declaration afterwards.
//
// # The life of an upload
//
// Start draws a nonce and puts it into the declaration, which becomes the
// object's metadata. Complete lists the parts, checks them, and has the store
// make the object. When the store does not know the upload (any more), the
// object's head decides: if it carries the nonce, the upload was completed, and
// the answer is the one of the first time; otherwise the upload is gone, and
// the answer says what is there instead. That is what makes Complete
// idempotent, and why an abort after a completion loses nothing.
//
// # What stores do differently
//
// A store that ignores If-None-Match on completion (Ceph RGW) is asked for the
// object's head before an upload completes that must not overwrite: two such
// uploads that complete in the same moment can then both succeed, one as an
// older version. versitygw answers a completion of an upload that it does not
// know with success when any object has the key, and one that is under way
// with success too soon: so a success without a version id is believed only
// when the head confirms it, and two completions of one upload never run at
// the same time in one process.
package uploads

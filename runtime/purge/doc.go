// Package purge erases: every version and delete marker of a key, of what begins
// with a prefix, or of a whole space, the unfinished uploads there, and the
// records that the catalog has of them. What the API deletes can be restored;
// what this erases cannot. It is an administrator's, and nothing that serves
// requests may import it (test/arch).
//
// It works in rounds. A round aborts uploads, deletes what the store lists, and
// erases the records of all keys of which the store has nothing any more. Rounds
// go on until they find nothing, for as long as Config.Settle: events of the
// deletions arrive late, and ingest writes a tombstone for each. The last round
// is the proof; whatever it finds is told with its reason. A purge that was
// killed is finished by running it again.
//
// Keys are compared whole: "ab" and "a/b" are not "a".
package purge

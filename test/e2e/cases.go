package e2e

// Cases is the list: what a deployment of Bytepass does for its users, and what
// it refuses. The first are what everything else stands on.
func Cases() []Case {
	return []Case{
		{"a file arrives and is read, deleted and restored", lifeOfAFile},
		{"browser client", browserClient},
		{"storage client", storageClient},
		{"storage client is told what is wrong", storageClientRefused},
		{"awkward keys", awkwardKeys},
		{"awkward keys in the path", awkwardPaths},
		{"paths that lead elsewhere", pathsElsewhere},
		{"keys that are none", invalidKeys},
		{"checksum", checksum},
		{"overwrite false", noOverwrite},
		{"metadata", metadata},
		{"empty type", emptyType},
		{"paging", paging},
		{"folders", folders},
		{"a download stays what it was", pinnedDownload},
		{"a stored page never runs", neverInline},
		{"history", history},
		{"deleting twice", deleteTwice},
		{"another owner sees nothing", isolation},
		{"owners of every spelling", awkwardOwner},
		{"rejection", rejection},
		{"a newer version is not hit", rejectionSparesNewer},
		{"upload url without a size", limitAtIngest},
		{"signed URLs are good for one thing", misuse},
		{"an expired URL", expires},
		{"bad bodies", badBodies},
		{"bad queries", badQueries},
		{"bad tokens", badTokens},
		{"without a token", withoutToken},
		{"public routes", publicRoutes},
		{"cors of the store", corsOfStore},
		{"cors of the api", corsOfAPI},
		{"a file beside a folder", fileBesideFolder},
		{"a long segment", longSegment},
	}
}

package process

import "syscall"

// Program says what to run, and what to do at its end.
type Program struct {
	// Command is the program's path or name, and its arguments.
	Command []string
	// Env is its whole environment, as in "A=1". Nil stands for this process's.
	Env []string
	// Input is what it reads before its input ends.
	Input string
	// Folder is where it runs. It is removed at the end. Empty: it runs where
	// this process does, or in Dir, of which nothing is removed.
	Folder, Dir string
	// Leftovers are shell patterns, without spaces, of files that it makes
	// elsewhere. They are removed at the end.
	Leftovers []string
	// Log is the file that what it prints is appended to. Empty stands for
	// "log" in Folder, so that one of the two has to be there.
	Log string
	// Last is the signal that ends it, if it has to clean up. Zero stands for
	// SIGKILL, which nothing withstands.
	Last syscall.Signal
	// Sys are more attributes of its process, such as its user.
	Sys *syscall.SysProcAttr
}

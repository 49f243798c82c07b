// Package project finds this project's folder and the tools that its scripts
// fetch, for tests. A tool that is not there is an error that names the command
// that gets it: tests fail then, they never skip.
package project

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Root returns the project's folder: the nearest one, from the working
// directory upwards, that holds go.mod. Tests run in the folder of their package.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no go.mod here or above: run this inside the project")
		}
		dir = up
	}
}

// Tool returns the path of a file that a script of the folder tools fetches:
// name is relative to the project's folder, script is what gets it.
func Tool(name, script string) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	path := filepath.Join(root, name)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%s is not there; get it with: sh %s", name, script)
	}
	return path, nil
}

// Node returns the pinned Node.
func Node() (string, error) { return Tool("node_modules/.bin/node", "tools/node.sh") }

// CDK returns the pinned command line of the AWS CDK.
func CDK() (string, error) { return Tool("node_modules/.bin/cdk", "tools/node.sh") }

// Chromium returns the browser, whatever the system calls it.
func Chromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("Chromium is missing; get it with: sh tools/chromium.sh")
}

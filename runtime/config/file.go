package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bounds of what is read.
const (
	maxFile   = 1 << 20
	maxSecret = 64 << 10
)

// content returns the content and the mode of a file of at most so many bytes.
func content(path string, most int64) ([]byte, fs.FileMode, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	if info.IsDir() {
		return nil, 0, fmt.Errorf("%s is a folder", path)
	}
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s is larger than %d bytes", path, most)
	}
	return text, info.Mode(), err
}

// parse returns the settings in a file of YAML 1.2: one mapping, from names of
// settings to a value or a list of values.
func parse(path string, text []byte, known []string) (map[string]written, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var document yaml.Node
	err := decoder.Decode(&document)
	if errors.Is(err, io.EOF) {
		return nil, bad(path, "holds no setting; write one a line, such as listen: 127.0.0.1:8080, or leave --%s out", fileFlag)
	}
	if err != nil {
		return nil, notYAML(path, err)
	}
	if err := decoder.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		if err != nil {
			return nil, notYAML(path, err)
		}
		return nil, bad(path, "there is a second document; write all settings in one, without a line of ---")
	}
	root := document.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, bad(at(path, root), "write one setting a line, such as listen: 127.0.0.1:8080")
	}
	found := map[string]written{}
	lines := map[string]int{}
	for i := 0; i < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		name := key.Value
		origin := at(path, key) + ": " + strings.Trim(strconv.Quote(name), `"`) // of one line
		if key.Kind != yaml.ScalarNode {
			return nil, bad(at(path, key), "a setting's name is a word, such as listen")
		}
		if first, twice := lines[name]; twice {
			return nil, bad(origin, "is on line %d already; take one of the two out", first)
		}
		lines[name] = key.Line
		if !slices.Contains(known, name) {
			return nil, unknownKey(origin, name, known)
		}
		if found[name], err = read(origin, value); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func unknownKey(origin, name string, known []string) error {
	if name == fileFlag {
		return bad(origin, "a file of settings cannot name another")
	}
	if meant := nearest(name, known); meant != "" {
		return bad(origin, "there is no such setting; %s was perhaps meant", meant)
	}
	return bad(origin, "there is no such setting; take it out (--help lists all settings)")
}

// read returns a value of the file. Its text is in no error: it may be a secret.
func read(origin string, value *yaml.Node) (written, error) {
	w := written{origin: origin, kind: "!!str"}
	nodes := []*yaml.Node{value}
	if value.Kind == yaml.SequenceNode {
		w.list, nodes = true, value.Content
	}
	for _, n := range nodes {
		switch {
		case n.Kind == yaml.AliasNode:
			return written{}, bad(origin, "is an alias of YAML; write the value out, in quotes if it begins with *")
		case n.Kind != yaml.ScalarNode:
			return written{}, bad(origin, "holds settings of its own; write a value, or a list of values")
		case n.ShortTag() == "!!null" || n.Value == "":
			return written{}, bad(origin, "is empty; write a value, or take the line out")
		}
		w.texts = append(w.texts, n.Value)
		if tag := n.ShortTag(); tag != "!!str" {
			w.kind = tag
		}
	}
	return w, nil
}

var yamlLine = regexp.MustCompile(`^line (\d+): `)

// notYAML returns the parser's error with its line where an editor finds it.
func notYAML(path string, err error) error {
	detail := strings.TrimPrefix(err.Error(), "yaml: ")
	if strings.HasPrefix(detail, "unknown anchor") { // it would quote the value
		detail = "a value begins with *, which means an alias; put it in quotes"
	}
	if m := yamlLine.FindStringSubmatch(detail); m != nil {
		path, detail = path+":"+m[1], strings.TrimPrefix(detail, m[0])
	}
	return bad(path, "is not YAML: %s", strings.ReplaceAll(detail, "\n", " "))
}

func at(path string, n *yaml.Node) string { return fmt.Sprintf("%s:%d", path, n.Line) }

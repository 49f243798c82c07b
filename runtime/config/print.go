package config

import (
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
)

// masked is printed instead of what nobody may see.
const masked = "***"

// Print writes what the settings come to, with where each comes from as a
// comment, in the language of the file. Secrets, and passwords in URLs, are
// masked.
func (s *Settings) Print(w io.Writer) error {
	all := yaml.Node{Kind: yaml.MappingNode}
	var unset []string
	for _, name := range names(s.flags) {
		f := s.flags.Lookup(name)
		value := shown(f)
		switch {
		case len(f.Annotations[secretOf]) > 0: // its secret says where it comes from
			continue
		case value == nil:
			unset = append(unset, name)
			continue
		}
		value.LineComment = "default"
		if origin, ok := s.origins[name]; ok {
			value.LineComment = strings.TrimSuffix(origin, ": "+name)
		}
		all.Content = append(all.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, value)
	}
	text, err := yaml.Marshal(&all)
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil || len(unset) == 0 {
		return err
	}
	_, err = fmt.Fprintf(w, "# not set: %s\n", strings.Join(unset, ", "))
	return err
}

// shown returns what a flag's value is, or nil if it has none.
func shown(f *pflag.Flag) *yaml.Node {
	text := f.Value.String()
	if value, ok := f.Value.(*secret); ok && *value.target != "" {
		return &yaml.Node{Kind: yaml.ScalarNode, Value: masked, Style: yaml.DoubleQuotedStyle}
	}
	if list, ok := f.Value.(pflag.SliceValue); ok {
		node := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, item := range list.GetSlice() {
			node.Content = append(node.Content, textNode(item))
		}
		if len(node.Content) == 0 {
			return nil
		}
		return node
	}
	switch {
	case text == "":
		return nil
	case f.Value.Type() == "bool" || f.Value.Type() == "int":
		return &yaml.Node{Kind: yaml.ScalarNode, Value: text}
	}
	return textNode(withoutPassword(text))
}

func textNode(text string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(text)
	return n
}

// withoutPassword masks the password of a URL, before the host or as a
// parameter, which PostgreSQL takes too.
func withoutPassword(text string) string {
	if !strings.Contains(text, "://") {
		return text
	}
	u, err := url.Parse(text)
	if err != nil {
		return masked
	}
	if _, has := u.User.Password(); has {
		u.User = url.UserPassword(u.User.Username(), masked)
	}
	query := u.Query()
	for key := range query {
		if strings.Contains(strings.ToLower(key), "password") {
			query.Set(key, masked)
			u.RawQuery = query.Encode()
		}
	}
	return strings.ReplaceAll(u.String(), "%2A%2A%2A", masked)
}

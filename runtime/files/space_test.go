package files

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSpaceSegments(t *testing.T) {
	for id, want := range map[string]string{
		"alice":                  "u/alice",
		"ab":                     "u/ab",
		"ab/c":                   "u/ab~2Fc",
		"auth0|x/..":             "u/auth0~7Cx~2F..",
		"..":                     "u/~2E.",
		".":                      "u/~2E",
		"a~2Fb":                  "u/a~7E2Fb",
		"~hdeadbeef":             "u/~7Ehdeadbeef",
		"caf\u00e9":              "u/caf~C3~A9",
		"cafe\u0301":             "u/cafe~CC~81",
		"a@example.org":          "u/a~40example.org",
		strings.Repeat("x", 128): "u/" + strings.Repeat("x", 128),
	} {
		s, err := Person(id)
		if err != nil {
			t.Fatalf("Person(%q): %v", id, err)
		}
		if s.String() != want || s.ID() != id {
			t.Errorf("Person(%q) = %q with the id %q; want %q", id, s, s.ID(), want)
		}
	}
	long, _ := Person(strings.Repeat("x", 129))
	if got := long.String(); !strings.HasPrefix(got, "u/~h") || len(got) != len("u/~h")+64 || long.ID() != got[2:] {
		t.Errorf("a long id became %q with the id %q", got, long.ID())
	}
	_, err := Person("")
	wantProblem(t, err, CodeForbidden, "")
	_, err = Group("")
	wantProblem(t, err, CodeForbidden, "")
}

func TestParseSpace(t *testing.T) {
	for _, ok := range []string{"u/alice", "g/team", "u/ab~2Fc", "u/~h" + strings.Repeat("0a", 32)} {
		s, err := ParseSpace(ok)
		if err != nil || s.String() != ok || s.IsGroup() != strings.HasPrefix(ok, "g/") {
			t.Errorf("ParseSpace(%q) = %q, %v", ok, s, err)
		}
	}
	for _, bad := range []string{
		"", "u", "u/", "x/alice", "alice", "u/a/b", "u/a b", "u/~41", "u/~2f", "u/~2", "u/.a",
		"u/" + strings.Repeat("x", 129), "u/~h" + strings.Repeat("0A", 32), "u/~h00",
	} {
		_, err := ParseSpace(bad)
		wantProblem(t, err, CodeInvalid, "space")
	}
}

// anyID draws ids as tokens carry them and as an attacker would choose them.
var anyID = rapid.OneOf(
	rapid.StringN(1, 200, -1),
	rapid.StringMatching(`[a~./|%2FhH-]{1,40}`),
	rapid.Map(rapid.SliceOfN(rapid.Byte(), 1, 140), func(b []byte) string { return string(b) }),
)

func TestSpacesAreInjective(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyID.Draw(t, "a"), anyID.Draw(t, "b")
		sa, _ := Person(a)
		sb, _ := Person(b)
		ga, _ := Group(a)
		if (sa == sb) != (a == b) || sa == ga {
			t.Fatalf("%q is %q, %q is %q", a, sa, b, sb)
		}
		if strings.HasPrefix(sa.Prefix(), sb.Prefix()) != (a == b) {
			t.Fatalf("the objects of %q begin like those of %q: %q, %q", a, b, sa.Prefix(), sb.Prefix())
		}
		for i := range len(sa.String()) - 2 {
			c := sa.String()[2+i]
			if !plainByte(c) && c != '~' && (c != '.' || i == 0) {
				t.Fatalf("%q became %q, which is not URL-safe", a, sa)
			}
		}
		if len(sa.String()) > 130 {
			t.Fatalf("%q has %d bytes", sa, len(sa.String()))
		}
		parsed, err := ParseSpace(sa.String())
		if err != nil || parsed != sa {
			t.Fatalf("ParseSpace(%q) = %q, %v", sa, parsed, err)
		}
	})
}

func TestObjectKeysComeApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		space, _ := Person(anyID.Draw(t, "owner"))
		if rapid.Bool().Draw(t, "group") {
			space, _ = Group(anyID.Draw(t, "group"))
		}
		key, err := ParseKey(rapid.String().Draw(t, "key"))
		if err != nil {
			return
		}
		object, err := space.ObjectKey(key)
		if err != nil {
			if len(space.Prefix())+len(key) <= MaxObjectKey {
				t.Fatalf("ObjectKey(%q): %v", key, err)
			}
			return
		}
		gotSpace, gotKey, ok := SplitObjectKey(object)
		if !ok || gotSpace != space || gotKey != key {
			t.Fatalf("SplitObjectKey(%q) = %q, %q, %v; want %q, %q", object, gotSpace, gotKey, ok, space, key)
		}
	})
}

func TestObjectKeyBound(t *testing.T) {
	space, _ := Person("alice")
	room := MaxObjectKey - len("u/alice/")
	if _, err := space.ObjectKey(Key(strings.Repeat("x", room))); err != nil {
		t.Errorf("a key that fits exactly: %v", err)
	}
	_, err := space.ObjectKey(Key(strings.Repeat("x", room+1)))
	wantProblem(t, err, CodeInvalidKey, "key")
}

func TestSplitObjectKeyRefusesForeignObjects(t *testing.T) {
	for _, object := range []string{
		"", "u", "u/alice", "u/alice/", "x/alice/a", "a.jpg", "u//a", "/u/alice/a", "u/a b/c",
		"u/alice/cafe\u0301", "u/alice/../bob/a", "u/alice/a//b", "u/alice/a\x00",
		"u/alice/" + strings.Repeat("x", MaxObjectKey),
	} {
		if space, key, ok := SplitObjectKey(object); ok {
			t.Errorf("SplitObjectKey(%q) = %q, %q", object, space, key)
		}
	}
}

func FuzzSplitObjectKey(f *testing.F) {
	for _, seed := range []string{"u/alice/a.jpg", "g/team/a/b", "u/~h00/a", "u/ab~2Fc/x", "u/alice/cafe\u0301"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, object string) {
		space, key, ok := SplitObjectKey(object)
		if !ok {
			return
		}
		if again, err := space.ObjectKey(key); err != nil || again != object {
			t.Fatalf("SplitObjectKey(%q) = %q, %q, which make %q, %v", object, space, key, again, err)
		}
	})
}

package files

import (
	"reflect"
	"strings"
	"testing"
)

var wide = Limits{MaxSize: 1 << 40, MaxMetadata: 1900}

const sum = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

func TestNewUploadDeclaresOnlyWhatNeedsIt(t *testing.T) {
	alice, _ := Person("alice")
	narrow := Limits{MaxSize: 100, MaxMetadata: 1900}
	for name, tc := range map[string]struct {
		limits Limits
		in     Intent
		want   Upload
	}{
		"plain": {
			wide, Intent{Key: "a.jpg", MimeType: "image/jpeg", Size: new(int64(5))},
			Upload{Space: alice, Key: "a.jpg", MimeType: "image/jpeg", Size: 5},
		},
		"normalised, unknown type, nothing in it": {
			wide, Intent{Key: "cafe\u0301", Size: new(int64(0))},
			Upload{Space: alice, Key: "caf\u00e9"},
		},
		"checksum and no overwrite need no declaration": {
			wide, Intent{Key: "a", MimeType: "a/b", Size: new(int64(0)), ChecksumSHA256: sum, NoOverwrite: true},
			Upload{Space: alice, Key: "a", MimeType: "a/b", ChecksumSHA256: sum, NoOverwrite: true},
		},
		"metadata declares everything": {
			wide, Intent{Key: "a", MimeType: "a/b", Size: new(int64(5)), ChecksumSHA256: sum, Metadata: map[string]string{"k": "v"}},
			Upload{Space: alice, Key: "a", MimeType: "a/b", Size: 5, ChecksumSHA256: sum, Declaration: Declaration{Size: new(int64(5)), Type: "a/b", ChecksumSHA256: sum, Metadata: map[string]string{"k": "v"}}},
		},
		"a name declares everything": {
			wide, Intent{Key: "a", MimeType: "a/b", Size: new(int64(5)), Name: "A b"},
			Upload{Space: alice, Key: "a", MimeType: "a/b", Size: 5, Declaration: Declaration{Size: new(int64(5)), Type: "a/b", Name: "A b"}},
		},
		"empty metadata is none": {
			wide, Intent{Key: "a", MimeType: "a/b", Size: new(int64(5)), Metadata: map[string]string{}},
			Upload{Space: alice, Key: "a", MimeType: "a/b", Size: 5},
		},
		"unknown size declares the limit": {
			narrow, Intent{Key: "a", MimeType: "a/b"},
			Upload{Space: alice, Key: "a", MimeType: "a/b", Size: SizeUnknown, Declaration: Declaration{MaxSize: new(int64(100))}},
		},
		"unknown size never exceeds one request": {
			wide, Intent{Key: "a", MimeType: "a/b"},
			Upload{Space: alice, Key: "a", MimeType: "a/b", Size: SizeUnknown, Declaration: Declaration{MaxSize: new(MaxSinglePut)}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := NewUpload(alice, tc.in, tc.limits)
			if err != nil || !reflect.DeepEqual(got, tc.want) {
				t.Fatalf("got %+v, %v\nwant %+v", got, err, tc.want)
			}
		})
	}
}

func TestNewUploadNamesWhatIsWrong(t *testing.T) {
	alice, _ := Person("alice")
	images := wide
	images.AllowedTypes = []string{"image/*"}
	for name, tc := range map[string]struct {
		limits Limits
		change func(*Intent)
		code   Code
		field  string
	}{
		"key":                 {wide, func(in *Intent) { in.Key = "../bob" }, CodeInvalidKey, "key"},
		"object key too long": {wide, func(in *Intent) { in.Key = strings.Repeat("x", 1020) }, CodeInvalidKey, "key"},
		"type":                {wide, func(in *Intent) { in.MimeType = "x" }, CodeInvalidType, "mimeType"},
		"type not allowed":    {images, func(in *Intent) { in.MimeType = "text/html" }, CodeTypeNotAllowed, "mimeType"},
		"negative size":       {wide, func(in *Intent) { in.Size = new(int64(-1)) }, CodeInvalidSize, "size"},
		"over the limit":      {Limits{MaxSize: 1}, func(in *Intent) { in.Size = new(int64(2)) }, CodeTooLarge, "size"},
		"over one request":    {wide, func(in *Intent) { in.Size = new(MaxSinglePut + 1) }, CodeTooLarge, "size"},
		"checksum":            {wide, func(in *Intent) { in.ChecksumSHA256 = "abc" }, CodeInvalidChecksum, "checksumSHA256"},
		"hex checksum":        {wide, func(in *Intent) { in.ChecksumSHA256 = strings.Repeat("ab", 32) }, CodeInvalidChecksum, "checksumSHA256"},
		"unpadded checksum":   {wide, func(in *Intent) { in.ChecksumSHA256 = strings.TrimRight(sum, "=") }, CodeInvalidChecksum, "checksumSHA256"},
		"URL-safe checksum":   {wide, func(in *Intent) { in.ChecksumSHA256 = strings.ReplaceAll(sum, "+", "-") }, CodeInvalidChecksum, "checksumSHA256"},
		"metadata name":       {wide, func(in *Intent) { in.Metadata = map[string]string{"": "x"} }, CodeInvalidMetadata, "metadata"},
		"metadata too large":  {wide, func(in *Intent) { in.Metadata = map[string]string{"a": strings.Repeat("é", 400)} }, CodeInvalidMetadata, "metadata"},
		"name":                {wide, func(in *Intent) { in.Name = "a\nb" }, CodeInvalidMetadata, "name"},
		"name too long":       {wide, func(in *Intent) { in.Name = strings.Repeat("x", 256) }, CodeInvalidMetadata, "name"},
		"no room for a name":  {Limits{MaxSize: 9, MaxMetadata: 20}, func(in *Intent) { in.Name = "holiday" }, CodeInvalidMetadata, "name"},
	} {
		t.Run(name, func(t *testing.T) {
			in := Intent{Key: "a.jpg", MimeType: "image/jpeg", Size: new(int64(1))}
			tc.change(&in)
			_, err := NewUpload(alice, in, tc.limits)
			wantProblem(t, err, tc.code, tc.field)
		})
	}
}

func TestVerdict(t *testing.T) {
	head := Head{Size: 5, MimeType: "a/b", ChecksumSHA256: sum, Declared: true}
	for name, tc := range map[string]struct {
		declared Declaration
		accepted bool
	}{
		"nothing to compare":                 {Declaration{Name: "x"}, true},
		"equal":                              {Declaration{Size: new(int64(5)), Type: "a/b", ChecksumSHA256: sum}, true},
		"inside the limit":                   {Declaration{MaxSize: new(int64(5))}, true},
		"shorter":                            {Declaration{Size: new(int64(6))}, false},
		"longer":                             {Declaration{Size: new(int64(4))}, false},
		"declared empty":                     {Declaration{Size: new(int64(0))}, false},
		"over the limit":                     {Declaration{MaxSize: new(int64(4))}, false},
		"another type":                       {Declaration{Type: "a/c"}, false},
		"another checksum":                   {Declaration{ChecksumSHA256: strings.Replace(sum, "4", "5", 1)}, false},
		"unknown type declared, one arrived": {Declaration{Size: new(int64(5)), Type: ""}, true},
	} {
		t.Run(name, func(t *testing.T) {
			h := head
			h.Declaration = tc.declared
			if got := h.Verdict(); (got == "") != tc.accepted {
				t.Errorf("the verdict is %q", got)
			}
			h.Declared = false
			if got := h.Verdict(); got != "" {
				t.Errorf("an undeclared object was refused: %q", got)
			}
		})
	}
	without := Head{Declared: true, Declaration: Declaration{ChecksumSHA256: sum}}
	if got := without.Verdict(); got != "" {
		t.Errorf("refused for a checksum that the store does not know: %q", got)
	}
}

package files

import "testing"

func TestCheckSize(t *testing.T) {
	l := Limits{MaxSize: 10}
	for _, size := range []int64{0, 1, 10} {
		if err := l.CheckSize(size); err != nil {
			t.Errorf("CheckSize(%d): %v", size, err)
		}
	}
	wantProblem(t, l.CheckSize(-1), CodeInvalidSize, "size")
	wantProblem(t, l.CheckSize(11), CodeTooLarge, "size")
	wantProblem(t, Limits{}.CheckSize(1), CodeTooLarge, "size")
}

func TestCheckType(t *testing.T) {
	for name, tc := range map[string]struct {
		allowed []string
		in      string
		code    Code // empty: accepted, as it was sent
	}{
		"plain":                      {nil, "image/jpeg", ""},
		"with a parameter":           {nil, "text/plain; charset=utf-8", ""},
		"upper case stays":           {nil, "Image/JPEG", ""},
		"empty":                      {nil, "", ""},
		"vendor":                     {nil, "application/vnd.ms-excel.sheet.macroEnabled.12", ""},
		"listed":                     {[]string{"image/png"}, "image/png", ""},
		"listed by kind":             {[]string{"image/*"}, "image/png", ""},
		"listed in another case":     {[]string{"image/png"}, "IMAGE/PNG", ""},
		"everything listed":          {[]string{"*/*"}, "image/png", ""},
		"empty where octets are":     {[]string{"application/octet-stream"}, "", ""},
		"empty where octets are not": {[]string{"image/*"}, "", CodeTypeNotAllowed},
		"not listed":                 {[]string{"image/*"}, "text/html", CodeTypeNotAllowed},
		"a kind that begins alike":   {[]string{"image/*"}, "imagex/png", CodeTypeNotAllowed},
		"a parameter does not help":  {[]string{"image/*"}, "text/html; image/png", CodeInvalidType},
		"no slash":                   {nil, "jpeg", CodeInvalidType},
		"two slashes":                {nil, "a/b/c", CodeInvalidType},
		"half":                       {nil, "image/", CodeInvalidType},
		"other half":                 {nil, "/png", CodeInvalidType},
		"a wildcard is no type":      {nil, "image/*", CodeInvalidType},
		"newline":                    {nil, "image/png\r\nX-Evil: 1", CodeInvalidType},
		"surrounding space":          {nil, " image/png", CodeInvalidType},
		"not ASCII":                  {nil, "image/pn\u00e9", CodeInvalidType},
		"spaces":                     {nil, "image / png", CodeInvalidType},
		"too long":                   {nil, "a/" + string(make([]byte, 255)), CodeInvalidType},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Limits{AllowedTypes: tc.allowed}.CheckType("mimeType", tc.in)
			if tc.code != "" {
				wantProblem(t, err, tc.code, "mimeType")
				return
			}
			if err != nil || got != tc.in {
				t.Fatalf("CheckType(%q) = %q, %v", tc.in, got, err)
			}
		})
	}
}

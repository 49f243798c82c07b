package stacks_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"github.com/bytepass/bytepass/stacks"
)

// TestNag runs cdk-nag's AwsSolutions rules over both kinds of stage: every
// finding has a written reason, and every written reason has a finding.
func TestNag(t *testing.T) {
	for _, set := range []map[string]any{
		{"stage": "dev"},
		{"stage": "prod", "issuer": "https://login.example.org"},
		{"stage": "dev", "delivery": "cloudfront", "identity": "cognito", "mfa": "optional", "cloudTrail": "true"},
		{"stage": "prod", "issuer": "https://login.example.org", "delivery": "cloudfront", "domain": "files.example.org", "certificate": certificate, "webAcl": webACL},
		{"stage": "prod", "issuer": "https://issuer.example.com", "identity": "cognito", "origins": "https://app.example.org"},
	} {
		t.Run(fmt.Sprint(set["stage"], set["delivery"], set["identity"]), func(t *testing.T) {
			// Findings are read from the report; as errors they would end the synth.
			set["@aws-cdk/core:annotationsInValidationReport"] = false
			app, s := app(t, set)
			stacks.New(app, s, binaries)
			awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{
				ReportFormats: &[]cdknag.NagReportFormat{cdknag.NagReportFormat_CSV},
			}), nil)
			dir := *app.Synth(nil).Directory()
			findings, reasons := 0, 0
			for _, line := range nagReport(t, dir) {
				switch line["Compliance"] {
				case "Compliant":
				case "Suppressed":
					reasons++
					if len(line["Exception Reason"]) < 40 {
						t.Errorf("%s of %s is excepted with no real reason: %q", line["Rule ID"], line["Resource ID"], line["Exception Reason"])
					}
				default:
					t.Errorf("%s of %s is %s: %s", line["Rule ID"], line["Resource ID"], line["Compliance"], line["Rule Info"])
				}
				findings++
			}
			if findings < 50 || reasons == 0 {
				t.Errorf("cdk-nag looked at %d things and found %d exceptions: it did not run", findings, reasons)
			}
		})
	}
}

// nagReport reads the reports of all stacks; each line by the names of its columns.
func nagReport(t *testing.T, dir string) []map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "AwsSolutions-*-NagReport.csv"))
	if err != nil || len(files) != 2 {
		t.Fatalf("cdk-nag wrote %d reports (%v), one for each of 2 stacks expected", len(files), err)
	}
	var lines []map[string]string
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		rows, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[1:] {
			line := map[string]string{}
			for i, column := range rows[0] {
				line[column] = row[i]
			}
			lines = append(lines, line)
		}
	}
	return lines
}

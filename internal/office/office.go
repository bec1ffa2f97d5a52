// Package office lets LibreOffice open and save workbooks, for tests: what another program finds in them, and what it makes.
package office

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// SheetsAsCSV saves each sheet of a workbook as NAME-SHEET.csv: figures and dates as they are kept, not as they are shown.
const SheetsAsCSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"

// Convert saves files in another form, such as "xlsx" or [SheetsAsCSV], and returns the folder they are in. How CSV is read is said
// by its filter's options, empty where the files are none. A short test is skipped. Where there is no LibreOffice a test is skipped too,
// but with CI=true it fails.
func Convert(t testing.TB, form, readAs string, files ...string) (folder string) {
	t.Helper()
	if testing.Short() {
		t.Skip("LibreOffice takes seconds, and the race detector does not look into it")
	}
	program, err := exec.LookPath("soffice")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("soffice is missing, expected it in continuous integration: .ci/run installs it")
		}
		t.Skip("soffice, of LibreOffice, is missing")
	}
	folder = t.TempDir()
	profile, err := os.MkdirTemp("", "prorata-office-") // of its own, so that tests do not wait for each other, nor for a person's window
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(profile) })
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	args := []string{"-env:UserInstallation=file://" + filepath.ToSlash(profile), "--headless", "--norestore", "--convert-to", form, "--outdir", folder}
	if readAs != "" {
		args = append(args, "--infilter="+readAs)
	}
	said, err := exec.CommandContext(ctx, program, append(args, files...)...).CombinedOutput()
	require.NoError(t, err, "%s", said)
	return folder
}

package prorata_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const modulePath = "github.com/prorata-go/prorata/"

// mayImport are the packages of this module that each package of the core may import: imports
// go one way.
var mayImport = map[string][]string{
	"money":               {"internal/digits"},
	"cycle":               {"internal/digits", "internal/mistake"},
	"source":              nil,
	"internal/names":      nil,
	"internal/instant":    nil,
	"internal/digits":     nil,
	"internal/fields":     nil,
	"internal/mistake":    nil,
	"internal/lines":      {"source"},
	"internal/problems":   {"source"},
	"internal/strictjson": {"source", "internal/lines", "internal/names"},
	"proration":           {"money", "cycle", "internal/digits", "internal/mistake", "internal/names"},
	"invoice":             {"proration", "money", "cycle", "source", "internal/digits", "internal/fields", "internal/mistake", "internal/names", "internal/problems", "internal/strictjson"},
	"account":             {"invoice", "proration", "money", "cycle", "source", "internal/instant", "internal/names", "internal/strictjson"},
	"eventlog":            {"account", "invoice", "money", "cycle", "source", "internal/instant", "internal/names", "internal/strictjson"},
	"distributor":         {"invoice", "money", "cycle", "source", "internal/lines", "internal/names", "internal/problems", "internal/strictjson"},
	"reconcile":           {"account", "eventlog", "distributor", "invoice", "proration", "money", "cycle", "source", "internal/digits", "internal/mistake", "internal/names", "internal/strictjson"},
}

// dependencies are what the core may depend on beyond the standard library.
var dependencies = []string{"github.com/shopspring/decimal", "github.com/go-json-experiment/json"}

// impure are packages that reach out of the process: the core has no use for them.
var impure = []string{"os", "net", "log", "flag", "syscall", "unsafe", "embed", "io/ioutil", "path/filepath", "testing", "math/rand", "crypto/rand"}

type listed struct {
	ImportPath string
	Imports    []string
	Standard   bool
}

func TestCoreImports(t *testing.T) {
	args := []string{"list", "-deps", "-json=ImportPath,Imports,Standard"}
	for name := range mayImport {
		args = append(args, "./"+name)
	}
	cmd := exec.CommandContext(t.Context(), "go", args...)
	out, err := cmd.Output()
	require.NoError(t, err, "go %s", strings.Join(args, " "))

	seen := 0
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
		name, own := strings.CutPrefix(p.ImportPath, modulePath)
		if !own {
			require.True(t, p.Standard || slices.ContainsFunc(dependencies, func(d string) bool { return within(p.ImportPath, d) }),
				"the core depends on %s", p.ImportPath)
			continue
		}
		seen++
		may, core := mayImport[name]
		require.True(t, core, "the core depends on %s", name)
		for _, path := range p.Imports {
			if imported, own := strings.CutPrefix(path, modulePath); own {
				require.Contains(t, may, imported, "%s imports %s", name, imported)
			}
			for _, i := range impure {
				require.False(t, within(path, i), "%s imports %s", name, path)
			}
		}
	}
	require.Equal(t, len(mayImport), seen)
}

// within reports that an import path is a package or inside it.
func within(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }

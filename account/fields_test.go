package account_test

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/eventtest"
)

// fieldsText is the fields of a type as the documents have them: those that may be left out with a question mark.
func fieldsText(kind account.Type) string {
	required, optional := kind.Fields()
	list := required.Names()
	for f := range optional.All {
		list = append(list, f.String()+"?")
	}
	return strings.Join(list, ", ")
}

// The tables of event types in the documents are those of the decoder.
func TestFieldsInDocuments(t *testing.T) {
	for _, document := range []struct {
		name string
		row  *regexp.Regexp // a type and its fields
	}{
		{"doc.go", regexp.MustCompile(`(?m)^//\t([a-z]+\.[a-z_]+) +((?:[a-z_]+\??, )*(?:[a-z_]+\??)?)(?:  | *$)`)},
		{"../docs/semantics.md", regexp.MustCompile("(?m)^\\| `([a-z]+\\.[a-z_]+)` \\| ([^|]*)\\|")},
	} {
		text, err := os.ReadFile(document.name)
		require.NoError(t, err)
		got := map[string]string{}
		for _, row := range document.row.FindAllStringSubmatch(string(text), -1) {
			fields := row[2]
			if strings.Contains(fields, "`") {
				var list []string
				for _, f := range regexp.MustCompile("`([a-z_]+)`( \\(optional\\))?").FindAllStringSubmatch(fields, -1) {
					if f[2] != "" {
						f[1] += "?"
					}
					list = append(list, f[1])
				}
				fields = strings.Join(list, ", ")
			}
			got[row[1]] = strings.TrimSpace(fields)
		}
		for kind := account.Created; kind <= account.EventVoided; kind++ {
			require.Equal(t, fieldsText(kind), got[kind.String()], "%s: %s", document.name, kind)
		}
		require.Len(t, got, int(account.EventVoided)+1, document.name)
	}
}

// The table of anomalies in docs/semantics.md has each code.
func TestAnomalyCodesInDocuments(t *testing.T) {
	text, err := os.ReadFile("../docs/semantics.md")
	require.NoError(t, err)
	for code := account.NotCreated; !strings.HasPrefix(code.String(), "#"); code++ {
		require.Contains(t, string(text), "\n| `"+code.String()+"` | ")
	}
}

// Events that differ in a field are not the same, whatever it is.
func TestEveryFieldCounts(t *testing.T) {
	base := account.Event{ID: "1", Account: "a", At: at("2026-01-31")}
	for _, f := range reflect.VisibleFields(reflect.TypeOf(base)) {
		if !f.IsExported() {
			continue // how it is counted, not what happened
		}
		e := base
		eventtest.Set(t, reflect.ValueOf(&e).Elem().FieldByIndex(f.Index))
		require.Equal(t, f.Name == "Place", e.Same(&base), f.Name)
	}
}

// A field is found by its name, and by no other.
func TestFieldNamed(t *testing.T) {
	for f := account.FieldID; f <= account.FieldEvent; f++ {
		for _, name := range []string{f.String(), f.String() + "s", f.String()[1:], strings.ToUpper(f.String()), "\x00" + f.String()[1:]} {
			found, ok := account.FieldNamed(name)
			require.Equal(t, name == f.String(), ok, name)
			if ok {
				require.Equal(t, f, found)
			}
			_, same := account.FieldNamed([]byte(name))
			require.Equal(t, ok, same)
		}
	}
	_, ok := account.FieldNamed("")
	require.False(t, ok)
	require.Equal(t, []string{"id", "type", "account", "at"}, account.RequiredFields.Names())
	require.False(t, account.OptionalFields.Has(account.FieldID))
	require.True(t, account.OptionalFields.Has(account.FieldMetadata))
}

package postgres_test

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/books/postgres"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/books/store/storetest"
	"github.com/prorata-go/prorata/internal/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store {
		s, err := postgres.Create(t.Context(), pgtest.URL(t))
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, s.Close()) })
		return s
	})
}

// TestSchema: the schema is the one that is named, in capitals too, and a list of several is refused before anything is made.
func TestSchema(t *testing.T) {
	at := func(schema string) string {
		u, err := url.Parse(pgtest.URL(t))
		require.NoError(t, err)
		query := u.Query()
		query.Set("search_path", schema)
		u.RawQuery = query.Encode()
		return u.String()
	}
	for _, schema := range []string{"Reseller", "my-books", "two words", strings.Repeat("s", 63)} {
		made, err := postgres.Create(t.Context(), at(schema))
		require.NoError(t, err, schema)
		require.NoError(t, made.Write(t.Context(), func(tx store.Tx) error { return tx.Set("schema", schema) }))
		require.NoError(t, made.Close())
		opened, err := postgres.OpenReader(t.Context(), at(schema))
		require.NoError(t, err, schema)
		require.NoError(t, opened.Read(t.Context(), func(tx store.Tx) error {
			settings, err := tx.Settings()
			require.Equal(t, schema, settings["schema"])
			return err
		}))
		require.NoError(t, opened.Close())
	}
	_, err := postgres.Open(t.Context(), at("reseller"))
	require.ErrorIs(t, err, store.ErrMissing)
	for _, schema := range []string{"books,public", `"$user"`, "$user", strings.Repeat("s", 64)} {
		_, err := postgres.Create(t.Context(), at(schema))
		require.ErrorContains(t, err, "expected the name of one schema", schema)
	}
}

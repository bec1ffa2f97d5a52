package books_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/books/sqlite"
	"github.com/prorata-go/prorata/books/store"
)

// Books are in any home that a program makes, as in those that a name stands for.
func TestHomeOfOnesOwn(t *testing.T) {
	dir := t.TempDir()
	home := func(name string) store.Store {
		home, err := sqlite.Create(t.Context(), filepath.Join(dir, name))
		require.NoError(t, err)
		return home
	}
	b, err := books.CreateIn(t.Context(), home("a.db"), gold())
	require.NoError(t, err)
	defer b.Close()
	record(t, b, "2026-01-10T10:00:00Z", `1 account.created a 2026-01-10T08:00:00Z "package":"Gold"`)
	issue(t, b, "2026-02-11T05:00:00Z")

	again := home("a.db")
	defer again.Close()
	_, err = books.CreateIn(t.Context(), again, gold())
	require.ErrorIs(t, err, store.ErrExists)
	same, err := books.In(t.Context(), again)
	require.NoError(t, err)
	require.Equal(t, b.ID(), same.ID())

	var export bytes.Buffer
	require.NoError(t, same.Export(t.Context(), &export))
	loaded, err := books.LoadIn(t.Context(), home("b.db"), &export, "export.jsonl")
	require.NoError(t, err)
	defer loaded.Close()
	require.Equal(t, whole(t, b), whole(t, loaded))
	require.Equal(t, []string{"a 2026-02-10 79.95 unpaid"}, summary(invoices(t, loaded, books.Which{})))
}

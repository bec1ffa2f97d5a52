package sqlite_test

import (
	"context"
	"database/sql"
	"math"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/books/internal/sqltx"
	"github.com/prorata-go/prorata/books/sqlite"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/books/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store {
		s, err := sqlite.Create(t.Context(), filepath.Join(t.TempDir(), "books.db"))
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, s.Close()) })
		return s
	})
}

// TestCheckpoints: what waits in the write-ahead log is moved into the file while the store is open, once it is much.
func TestCheckpoints(t *testing.T) {
	name := filepath.Join(t.TempDir(), "books.db")
	s, err := sqlite.Create(t.Context(), name)
	require.NoError(t, err)
	defer s.Close()
	waiting := func() (frames int) {
		db, err := sql.Open("sqlite", name)
		require.NoError(t, err)
		defer db.Close()
		var busy, all, moved int
		require.NoError(t, db.QueryRowContext(t.Context(), "PRAGMA wal_checkpoint(NOOP)").Scan(&busy, &all, &moved))
		return all - moved
	}
	write := func(bytes int) {
		require.NoError(t, s.Write(t.Context(), func(tx store.Tx) error { return tx.Set("a", string(make([]byte, bytes))) }))
	}
	write(1_000_000)
	require.Never(t, func() bool { return waiting() < 200 }, 50*time.Millisecond, 10*time.Millisecond)
	for range 5 {
		write(5_000_000)
		require.Eventually(t, func() bool { return waiting() < 1000 }, 10*time.Second, 10*time.Millisecond)
	}
}

// TestRowsEndWithTheirContext: whoever no longer waits for many rows is not kept until the last of them, and nothing of them is kept.
func TestRowsEndWithTheirContext(t *testing.T) {
	s, err := sqlite.Create(t.Context(), filepath.Join(t.TempDir(), "books.db"))
	require.NoError(t, err)
	defer s.Close()
	accounts := make([]store.Account, 1_000_000)
	for i := range accounts {
		accounts[i] = store.Account{Number: int64(i + 1), Name: strconv.Itoa(i)}
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = s.Write(ctx, func(tx store.Tx) error {
		require.NoError(t, tx.PutAccounts(accounts[:1000]))
		time.AfterFunc(time.Millisecond, cancel)
		err := tx.PutAccounts(accounts[1000:])
		require.ErrorIs(t, err, context.Canceled, "not only the commit")
		return err
	})
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, s.Write(t.Context(), func(tx store.Tx) error {
		last, err := tx.LastAccount(1, math.MaxInt64)
		require.Zero(t, last)
		return err
	}))
}

// TestPanicOfARow: a panic while rows are added leaves nothing behind, and the next who writes need not wait.
func TestPanicOfARow(t *testing.T) {
	s, err := sqlite.Create(t.Context(), filepath.Join(t.TempDir(), "books.db"))
	require.NoError(t, err)
	defer s.Close()
	require.PanicsWithValue(t, "of a row", func() {
		_ = s.Write(t.Context(), func(tx store.Tx) error {
			require.NoError(t, tx.PutAccounts([]store.Account{{Number: 1, Name: "a"}}))
			return sqlite.Insert(t.Context(), tx.(*sqltx.Tx), sqltx.Rows{Table: "settings", Columns: []string{"name"}, N: 1, Row: func(int) []any { panic("of a row") }})
		})
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	require.NoError(t, s.Write(ctx, func(tx store.Tx) error {
		last, err := tx.LastAccount(1, math.MaxInt64)
		require.Zero(t, last)
		return err
	}))
}

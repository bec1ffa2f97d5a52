package postgres_test

import (
	"os"
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

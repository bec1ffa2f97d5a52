package books

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prorata-go/prorata/books/postgres"
	"github.com/prorata-go/prorata/books/sqlite"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// Books are what was recorded and what was issued. They may be used by many goroutines, and by many processes.
type Books struct {
	home    store.Store
	name    string
	id      string
	prefix  string
	created time.Time
	terms   atomic.Pointer[keptTerms] // the last ones that were read
}

// The settings of a store.
const (
	settingID      = "id"
	settingPrefix  = "number_prefix"
	settingCreated = "created"
)

// New is what new books start with.
type New struct {
	Packages     []invoice.Package
	Policy       invoice.Policy
	NumberPrefix string    // before the number of every invoice, see [invoice.CheckPrefix]
	Now          time.Time // when they are made; the zero time is the clock's
}

// Open opens the books of a name: FILE, sqlite:FILE, or the URL of a database of PostgreSQL, postgres://….
func Open(ctx context.Context, name string) (*Books, error) {
	return openNamed(ctx, name, func() (store.Store, error) {
		if isPostgres(name) {
			return postgres.Open(ctx, name)
		}
		return sqlite.Open(ctx, fileOf(name))
	})
}

// OpenReader opens them to read only: nothing that is done with them changes anything.
func OpenReader(ctx context.Context, name string) (*Books, error) {
	return openNamed(ctx, name, func() (store.Store, error) {
		if isPostgres(name) {
			return postgres.OpenReader(ctx, name)
		}
		return sqlite.OpenReader(ctx, fileOf(name))
	})
}

func openNamed(ctx context.Context, name string, open func() (store.Store, error)) (*Books, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	home, err := open()
	if err != nil {
		return nil, err
	}
	b, err := In(ctx, home)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", Shown(name), err), home.Close())
	}
	b.name = Shown(name)
	return b, nil
}

// In opens the books in a home, which Close then closes.
func In(ctx context.Context, home store.Store) (*Books, error) {
	b := &Books{home: home}
	err := home.Read(ctx, func(tx store.Tx) error {
		settings, err := tx.Settings()
		if err != nil {
			return err
		}
		if settings[settingID] == "" {
			return store.ErrMissing
		}
		if err := b.set(settings); err != nil {
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return b, nil
}

func (b *Books) set(settings map[string]string) (err error) {
	b.id, b.prefix = settings[settingID], settings[settingPrefix]
	if b.created, err = time.Parse(time.RFC3339Nano, settings[settingCreated]); err != nil {
		return fmt.Errorf("setting %s of the store: %w", settingCreated, err)
	}
	return nil
}

// Create makes books of a name, where there are none. Where it fails, nothing is there that was not there before.
func Create(ctx context.Context, name string, what New) (*Books, error) {
	return createNamed(ctx, name, func(tx store.Tx) error { return create(tx, what) })
}

// CreateIn makes books in a home that has none.
func CreateIn(ctx context.Context, home store.Store, what New) (*Books, error) {
	return createIn(ctx, home, func(tx store.Tx) error { return create(tx, what) })
}

func createNamed(ctx context.Context, name string, fill func(store.Tx) error) (*Books, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	var home interface {
		store.Store
		Abandon(context.Context) error
	}
	var err error
	if isPostgres(name) {
		home, err = postgres.Create(ctx, name)
	} else {
		home, err = sqlite.Create(ctx, fileOf(name))
	}
	if err != nil {
		return nil, err
	}
	b, err := createIn(ctx, home, fill)
	if err != nil {
		if placed := (*source.ParseError)(nil); !errors.As(err, &placed) { // which says where
			err = fmt.Errorf("%s: %w", Shown(name), err)
		}
		if failed := home.Abandon(ctx); failed != nil {
			err = errors.Join(err, failed)
		}
		return nil, err
	}
	b.name = Shown(name)
	return b, nil
}

func createIn(ctx context.Context, home store.Store, fill func(store.Tx) error) (*Books, error) {
	err := home.Write(ctx, func(tx store.Tx) error {
		settings, err := tx.Settings()
		if err != nil {
			return err
		}
		if len(settings) > 0 {
			return store.ErrExists
		}
		return fill(tx)
	})
	if err != nil {
		return nil, err
	}
	return In(ctx, home)
}

// create writes the first rows of new books.
func create(tx store.Tx, what New) error {
	now, err := instantOr(what.Now, time.Now())
	if err != nil {
		return err
	}
	if err := invoice.CheckPrefix(what.NumberPrefix); err != nil {
		return err
	}
	terms := Terms{Number: 1, Added: now, Packages: what.Packages, Policy: what.Policy}
	if err := addTerms(tx, terms); err != nil {
		return err
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id) // which never fails
	for name, value := range map[string]string{settingID: hex.EncodeToString(id), settingPrefix: what.NumberPrefix, settingCreated: now.Format(time.RFC3339Nano)} {
		if err := tx.Set(name, value); err != nil {
			return err
		}
	}
	return nil
}

// Close closes the books.
func (b *Books) Close() error { return b.home.Close() }

// Name is the name that they were opened by, without a password.
func (b *Books) Name() string { return b.name }

// ID tells these books from all others. It is in the seal of the first run.
func (b *Books) ID() string { return b.id }

// NumberPrefix is what the numbers of their invoices start with.
func (b *Books) NumberPrefix() string { return b.prefix }

// checkName makes sure that a name may be one of a store.
func checkName(name string) error {
	const expected = "expected FILE.db, sqlite:FILE or postgres://…"
	kind, _, url := strings.Cut(name, "://")
	switch {
	case url && !isPostgres(name) && !strings.HasPrefix(name, "sqlite:///"):
		return fmt.Errorf("%s://…: no kind of store, %s", kind, expected) // there may be a password in it
	case fileOf(name) == "":
		return fmt.Errorf("%s names no file, %s", cmp.Or(name, `""`), expected)
	}
	return nil
}

func isPostgres(name string) bool {
	return strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://")
}

func fileOf(name string) string { return strings.TrimPrefix(name, "sqlite:") }

// Shown is the name of a store as it may be shown: without a password.
func Shown(name string) string {
	if !isPostgres(name) {
		return fileOf(name)
	}
	u, err := url.Parse(name)
	if err != nil {
		return "postgres://…"
	}
	if q := u.Query(); q.Has("password") {
		q.Set("password", "xxxxx")
		u.RawQuery = q.Encode()
	}
	return u.Redacted()
}

var (
	firstInstant = time.Unix(0, 0).UTC()
	lastInstant  = time.Date(2262, 1, 1, 0, 0, 0, 0, time.UTC)
)

// instantOr is an instant, or where there is none another.
func instantOr(at, otherwise time.Time) (time.Time, error) {
	if at.IsZero() {
		at = otherwise
	}
	if at.Before(firstInstant) || !at.Before(lastInstant) {
		return at, fmt.Errorf("now %s, expected an instant of the years 1970 to 2261", at.Format(time.RFC3339))
	}
	return at.UTC(), nil
}

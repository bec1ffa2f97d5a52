package books_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// A reseller's daily job: record what happened since yesterday, issue what is due, send it, and say where accounts stand. It may be
// run again at any point: what is recorded or issued already is passed over.
func Example() {
	ctx := context.Background()
	name := filepath.Join(os.TempDir(), fmt.Sprintf("books-example-%d.db", os.Getpid()))
	defer os.Remove(name)

	// Once. A Now stands for the clock; a job leaves it out.
	packages, err := invoice.ParsePackages("packages.json", []byte(`[{"name": "Gold", "price": 79.95, "credits": 50000, "overage": 0.001}]`), money.USD)
	if err != nil {
		log.Fatal(err)
	}
	b, err := books.Create(ctx, name, books.New{Packages: packages, Now: at("2026-02-01T08:00:00Z")})
	if err != nil {
		log.Fatal(err)
	}
	if err := b.Close(); err != nil {
		log.Fatal(err)
	}

	daily := func(now time.Time, events ...account.Event) error {
		ctx, cancel := context.WithTimeout(ctx, time.Hour)
		defer cancel()
		b, err := books.Open(ctx, name) // or postgres://…
		if err != nil {
			return err
		}
		defer b.Close()
		recorded, err := b.Record(ctx, books.Recording{Events: books.Each(events...), Now: now})
		if err != nil {
			return err // nothing is recorded
		}
		issued, err := b.Issue(ctx, books.Issuing{Now: now})
		if err != nil {
			return err // nothing is issued
		}
		fmt.Printf("%s: %d recorded, %d issued, %s\n", now.Format(time.DateOnly), recorded.Events, issued.Run.Invoices, issued.Run.Total.Display())
		for _, anomaly := range issued.Anomalies {
			fmt.Println("  to look at:", anomaly)
		}
		for inv, err := range b.Invoices(ctx, books.Which{Run: issued.Run.Number}) {
			if err != nil {
				return err
			}
			fmt.Printf("  send %s to %s: %s\n", inv.Number, inv.Account, inv.FinalAmount.Display())
		}
		for current, err := range b.Status(ctx, cycle.MustDate(now.Format(time.DateOnly))) {
			if err != nil {
				return err
			}
			fmt.Printf("  %s has used %d credits, and its next invoice will be %s\n", current.Account, current.CreditsUsed, current.Projected.Display())
		}
		return nil
	}
	for _, err := range []error{
		daily(at("2026-02-02T06:00:00Z"), account.Event{ID: "a1", Type: account.Created, Account: "acme", At: at("2026-02-01T09:00:00Z"), Package: "Gold"}),
		daily(at("2026-03-01T06:00:00Z"), account.Event{ID: "a2", Type: account.UsageRecorded, Account: "acme", At: at("2026-02-28T23:00:00Z"), Credits: 62_000}),
		daily(at("2026-03-01T06:00:00Z"), account.Event{ID: "a2", Type: account.UsageRecorded, Account: "acme", At: at("2026-02-28T23:00:00Z"), Credits: 62_000}),
	} {
		if err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// 2026-02-02: 1 recorded, 0 issued, $0.00
	//   acme has used 0 credits, and its next invoice will be $79.95
	// 2026-03-01: 1 recorded, 1 issued, $91.95
	//   send 20260301-g8nk7bc7r54a18ga to acme: $91.95
	//   acme has used 0 credits, and its next invoice will be $79.95
	// 2026-03-01: 0 recorded, 0 issued, $0.00
	//   acme has used 0 credits, and its next invoice will be $79.95
}

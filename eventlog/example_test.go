package eventlog_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"sync"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/invoice"
)

// Files of many accounts are read, gathered and billed, several accounts at a time.
func ExampleEvents_Replay() {
	const file = `
{"id":"1","type":"account.created","account":"quarry","at":"2026-03-01","package":"Gold"}
{"id":"2","type":"account.created","account":"harbor","at":"2026-03-05T10:00:00+01:00","package":"Gold"}
{"id":"3","type":"usage.recorded","account":"quarry","at":"2026-03-09","credits":5.5}
{"id":"4","type":"account.closed","account":"quarry","at":"2026-03-12"}
{"id":"5","type":"charge.added","account":"harbor","at":"2026-03-20","amount":"-10.00","description":"Outage of 19 March"}
{"id":"6","type":"usage.recorded","account":"quarry","at":"2026-03-20","credits":800}
`
	var policy invoice.Policy
	var events eventlog.Events
	for e, err := range eventlog.Read(strings.NewReader(file), "events.jsonl", policy) {
		if err == nil {
			err = events.Add(e)
		}
		if err != nil {
			fmt.Println(err) // a line that is no event; the others are read all the same
		}
	}

	catalogue, err := invoice.NewCatalogue([]invoice.Package{gold()}, invoice.Retail)
	if err != nil {
		log.Fatal(err)
	}
	const workers = 4
	for bill, err := range events.Replay(context.Background(), eventlog.Billing{Accounts: events.Accounts(), Catalogue: catalogue, Policy: policy, Through: cycle.MustDate("2026-04-30"), Workers: workers}) {
		if err != nil {
			log.Fatal(err)
		}
		for _, inv := range bill.Invoices {
			fmt.Println(bill.Account, inv.Date, inv.FinalAmount)
		}
		for _, a := range bill.Anomalies {
			fmt.Println(a)
		}
	}
	// Output:
	// events.jsonl:4:82: credits: 5.5 is not a count, expected a whole number from 0 to 9223372036854775807
	// harbor 2026-04-05 69.95 USD
	// quarry 2026-04-01 28.37 USD
	// anomaly: event "6" (usage.recorded of "quarry"): the account was closed on 2026-03-12
}

// Large files are loaded several at a time, and each worker makes the text of the bills it makes.
func ExampleReplayInto() {
	logs := map[string]string{
		"january.jsonl":  `{"id":"1","type":"account.created","account":"quarry","at":"2026-01-31","package":"Gold"}`,
		"february.jsonl": `{"id":"2","type":"account.closed","account":"quarry","at":"2026-02-10"}`,
	}
	var files []eventlog.Source
	for _, name := range []string{"january.jsonl", "february.jsonl"} {
		files = append(files, eventlog.Source{Name: name, Open: func() (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(logs[name])), nil // or os.Open(name)
		}})
	}
	ctx, policy := context.Background(), invoice.Policy{}
	var events eventlog.Events
	if _, err := events.Load(ctx, files, eventlog.Loading{Policy: policy}); err != nil {
		log.Fatal(err) // unless every line is in, there is nothing to bill
	}

	catalogue, err := invoice.NewCatalogue([]invoice.Package{gold()}, invoice.Retail)
	if err != nil {
		log.Fatal(err)
	}
	csv := func(text []byte, b *account.Bill) []byte {
		for _, inv := range b.Invoices {
			text = fmt.Appendf(text, "%s,%s,%s\n", b.Account, inv.Date, inv.FinalAmount.Number())
		}
		return text
	}
	write := func(text []byte) error {
		_, err := os.Stdout.Write(text)
		return err
	}
	const workers = 4
	err = eventlog.ReplayInto(ctx, &events, eventlog.Billing{Accounts: events.Accounts(), Catalogue: catalogue, Policy: policy, Through: cycle.MustDate("2026-02-28"), Workers: workers}, csv, write)
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// quarry,2026-02-28,28.55
}

func ExamplePacking() {
	// One process packs the events of a file by shard.
	blocks := make([][][]byte, 2)
	packing := eventlog.Packing{Shards: 2, Emit: func(shard, _ int, block []byte) error {
		blocks[shard] = append(blocks[shard], block)
		return nil
	}}
	file := `{"id":"1","type":"account.created","account":"acme","at":"2026-03-01","package":"Gold"}` + "\n" +
		`{"id":"2","type":"usage.recorded","account":"acme","at":"2026-03-02","credits":5}` + "\n"
	scan, err := packing.Pack(context.Background(), strings.NewReader(file), 0, true)
	if err != nil {
		panic(err)
	}
	if err := packing.Flush(); err != nil {
		panic(err)
	}

	// Another loads the blocks of the shard that has acme.
	own := blocks[eventlog.Shard("acme", 2)]
	var mutex sync.Mutex
	var events eventlog.Events
	_, err = events.Unpack(context.Background(), eventlog.Packed{
		Parts: []eventlog.Part{{File: "march.jsonl"}},
		Scans: []*eventlog.Scan{scan},
		Next: func() (eventlog.Block, error) { // which several goroutines call
			mutex.Lock()
			defer mutex.Unlock()
			if len(own) == 0 {
				return eventlog.Block{}, io.EOF
			}
			b := eventlog.Block{Events: own[0]}
			own = own[1:]
			return b, nil
		},
	}, eventlog.Loading{})
	fmt.Println(events.Len(), events.Of("acme")[1].Place, err)
	// Output: 2 march.jsonl:2:1 <nil>
}

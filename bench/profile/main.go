// Command profile writes the profile that the prorata command is compiled by: where a replay of
// the workload spends its time, so that the compiler knows which calls are worth inlining (see
// "go doc cmd/go", -pgo). It changes no result. After a change of what takes time, make it anew:
//
//	go run -trimpath ./bench/profile -o cmd/prorata/default.pgo
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/pprof"

	"github.com/google/pprof/profile"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/bench/workload"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/report"
)

func main() {
	if err := run(os.Args[1:], os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "profile:", err)
		os.Exit(1)
	}
}

func run(args []string, stderr io.Writer) error {
	o := workload.Options{Months: 24, Events: 1_000_000, Seed: 2} // not the seed that is measured
	flags := flag.NewFlagSet("profile", flag.ContinueOnError)
	flags.SetOutput(stderr)
	output := flags.String("o", "default.pgo", "write the profile to `FILE`")
	runs := flags.Int("runs", 8, "replay the workload `N` times")
	flags.IntVar(&o.Events, "events", o.Events, "number of events, 50 an account")
	if err := flags.Parse(args); err != nil {
		return err
	}
	o.Accounts = max(1, o.Events/50)
	log, catalogue, err := workload.All(o)
	if err != nil {
		return err
	}
	var taken bytes.Buffer
	if err := pprof.StartCPUProfile(&taken); err != nil {
		return err
	}
	for range *runs {
		if err = replay(log, catalogue); err != nil {
			break
		}
	}
	pprof.StopCPUProfile()
	if err != nil {
		return err
	}
	p, err := profile.Parse(&taken)
	if err != nil {
		return err
	}
	anonymous(p)
	var text bytes.Buffer
	if err := p.Write(&text); err != nil {
		return err
	}
	return os.WriteFile(*output, text.Bytes(), 0o644)
}

// anonymous takes out when and where a profile was taken.
func anonymous(p *profile.Profile) {
	p.TimeNanos, p.DurationNanos = 0, 0
	for _, m := range p.Mapping {
		m.File, m.BuildID = "", ""
	}
}

// replay reads the log, bills it and makes the text of the invoices, as the command does.
func replay(log []byte, catalogue invoice.Catalogue) error {
	var events eventlog.Events
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(log)), nil }
	if _, err := events.Load(context.Background(), []eventlog.Source{{Name: "log", Open: open}}, eventlog.Loading{}); err != nil {
		return err
	}
	span, err := events.Span(invoice.Policy{})
	if err != nil {
		return err
	}
	return eventlog.ReplayInto(context.Background(), &events, eventlog.Billing{Accounts: events.Accounts(), Catalogue: catalogue, Through: span.Last},
		func(text []byte, b *account.Bill) []byte {
			text = invoice.AppendAllJSON(text, b.Invoices, "\n")
			return report.AppendInvoiceRows(text, b.Invoices)
		}, func([]byte) error { return nil })
}

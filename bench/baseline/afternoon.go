package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/shopspring/decimal"
)

// This is the bill that a careful engineer would write in an afternoon: encoding/json, decimal.Decimal, maps and slices,
// for the default policy and for logs without anomalies, in which changes and closes are known when they happen. It uses
// nothing of this module, refuses unknown members and ids used twice, and gives the same invoices, which a test checks.

type logged struct {
	ID          string          `json:"id"`
	Type        string          `json:"type"`
	Account     string          `json:"account"`
	At          time.Time       `json:"at"`
	RecordedAt  time.Time       `json:"recorded_at"`
	Package     string          `json:"package"`
	Effective   string          `json:"effective"`
	Credits     int64           `json:"credits"`
	Amount      decimal.Decimal `json:"amount"`
	Description string          `json:"description"`
	Invoice     string          `json:"invoice"`
	Status      string          `json:"status"`
}

func (e *logged) known() time.Time {
	if e.RecordedAt.IsZero() {
		return e.At
	}
	return e.RecordedAt
}

type plan struct {
	Name             string          `json:"name"`
	Price            decimal.Decimal `json:"price"`
	Credits          int64           `json:"credits"`
	Overage          decimal.Decimal `json:"overage"`
	DistributorPrice decimal.Decimal `json:"distributor_price"`
	EffectiveFrom    string          `json:"effective_from"`
}

// plans are the terms of each package, the earliest first.
type plans map[string][]plan

func readPlans(file string) (plans, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var list []plan
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	slices.SortStableFunc(list, func(a, b plan) int { // dates compare as text
		if a.EffectiveFrom < b.EffectiveFrom {
			return -1
		}
		return +1
	})
	all := plans{}
	for _, p := range list {
		all[p.Name] = append(all[p.Name], p)
	}
	return all, nil
}

// on is the terms of a package in a period that starts on a day.
func (p plans) on(name string, start time.Time) *plan {
	terms, day := p[name], start.Format(time.DateOnly)
	i := len(terms) - 1
	for i > 0 && terms[i].EffectiveFrom > day {
		i--
	}
	return &terms[i]
}

type bill struct {
	Account string          `json:"account"`
	Date    string          `json:"date_invoiced"`
	Start   string          `json:"start_date"`
	Days    decimal.Decimal `json:"recurring"`
	Overage decimal.Decimal `json:"overage"`
	Charges decimal.Decimal `json:"additional_charges"`
	Final   decimal.Decimal `json:"final_amount"`

	charges []*logged
	final   bool // it is canceled or refunded
}

// afternoon reads everything into maps, then bills account by account.
func afternoon(files []string, packages, output string, workers int) (measured, error) {
	list, err := readPlans(packages)
	if err != nil {
		return measured{}, err
	}
	did, accounts, latest, err := readLog(files, workers)
	if err != nil {
		return did, err
	}
	names := make([]string, 0, len(accounts))
	for name := range accounts {
		names = append(names, name)
	}
	slices.Sort(names)

	bills := make([][]bill, len(names))
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for i := w; i < len(names); i += workers {
				bills[i] = billAccount(accounts[names[i]], list, latest)
			}
		})
	}
	group.Wait()

	to := io.Discard
	if output != "" {
		f, err := os.Create(output)
		if err != nil {
			return did, err
		}
		defer f.Close()
		to = f
	}
	buffered := bufio.NewWriterSize(to, 1<<20)
	encoder := json.NewEncoder(buffered)
	invoices, total := 0, decimal.Zero
	for _, of := range bills {
		for i := range of {
			invoices++
			total = total.Add(of[i].Final)
			if err := encoder.Encode(&of[i]); err != nil {
				return did, err
			}
		}
	}
	did.more = fmt.Sprintf(" invoices=%d total=%s", invoices, total.StringFixed(2))
	return did, buffered.Flush()
}

// readLog reads the events into a map by account, and returns the day of the latest.
func readLog(files []string, workers int) (measured, map[string][]*logged, time.Time, error) {
	parts, err := divide(files, partSize)
	if err != nil {
		return measured{}, nil, time.Time{}, err
	}
	read := make([][]*logged, len(parts))
	did, err := inParts(parts, workers, func(n int, p part) (measured, error) {
		from, file, err := p.open()
		if err != nil {
			return measured{}, err
		}
		defer file.Close()
		decoder := json.NewDecoder(bufio.NewReaderSize(from, 1<<20))
		decoder.DisallowUnknownFields()
		for {
			e := &logged{}
			if err := decoder.Decode(e); errors.Is(err, io.EOF) {
				return measured{events: int64(len(read[n])), bytes: p.end - p.start}, nil
			} else if err != nil {
				return measured{}, fmt.Errorf("%s: %w", p.file, err)
			}
			read[n] = append(read[n], e)
		}
	})
	if err != nil {
		return did, nil, time.Time{}, err
	}
	accounts, ids, latest := map[string][]*logged{}, map[string]bool{}, time.Time{}
	for _, events := range read {
		for _, e := range events {
			if ids[e.ID] {
				return did, nil, latest, fmt.Errorf("id %q is used twice", e.ID)
			}
			ids[e.ID] = true
			accounts[e.Account] = append(accounts[e.Account], e)
			if e.At.After(latest) {
				latest = e.At
			}
		}
	}
	return did, accounts, dayOf(latest), nil
}

// dayOf is the start of an instant's day.
func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

func days(from, to time.Time) int64 { return int64(to.Sub(from) / (24 * time.Hour)) }

// monthsAfter is a day of the same number some months later, or the last day of a shorter month.
func monthsAfter(anchor time.Time, n int) time.Time {
	year, month, day := anchor.Date()
	last := time.Date(year, month+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC)
	return last.AddDate(0, 0, min(day, last.Day())-last.Day())
}

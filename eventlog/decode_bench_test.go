package eventlog_test

import (
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/source"
)

// BenchmarkDecode reads one line of usage: as it is read, the strict way only, and into a struct
// with a strict library that checks no value.
func BenchmarkDecode(b *testing.B) {
	lines := eventtest.UsageLines(10_000, 1_000)
	run := func(name string, decode func(line []byte) error) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(lines[0])))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if err := decode(lines[i%len(lines)]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	decoder := eventlog.NewDecoder(policyOf())
	run("fast", func(line []byte) error {
		_, err := decoder.Decode(line, source.Place{})
		return err
	})
	strict := account.NewDecoder(policyOf())
	run("strict", func(line []byte) error {
		_, err := strict.Decode(line, source.Place{})
		return err
	})
	run("library", func(line []byte) error {
		var e struct {
			ID      string    `json:"id"`
			Type    string    `json:"type"`
			Account string    `json:"account"`
			At      time.Time `json:"at"`
			Credits int64     `json:"credits"`
		}
		return json.Unmarshal(line, &e, json.RejectUnknownMembers(true))
	})
}

// BenchmarkRead reads a year of one account.
func BenchmarkRead(b *testing.B) {
	var text strings.Builder
	for _, line := range eventtest.UsageLines(55, 1) {
		text.Write(append(line, '\n'))
	}
	policy := policyOf()
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range eventlog.Read(strings.NewReader(text.String()), "events.jsonl", policy) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

package account_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/source"
)

// usageLines are lines of usage of some accounts in turn, of 135 bytes each.
func usageLines(lines, accounts int) [][]byte {
	list := make([][]byte, lines)
	start := at("2025-03-04T09:30:12Z")
	for i := range list {
		list[i] = fmt.Appendf(nil, `{"id":"evt-%012d","type":"usage.recorded","account":"harbor-books-%05d@example.com","at":%q,"credits":%d}`,
			i, i*7919%accounts, start.Add(time.Duration(i)*time.Minute).Format(time.RFC3339), 1000+i%9000)
	}
	return list
}

// BenchmarkDecode reads one line of usage: as it is read, the strict way only, and into a struct
// with a strict library that checks no value.
func BenchmarkDecode(b *testing.B) {
	lines := usageLines(10_000, 1_000)
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
	decoder := account.NewDecoder(policyOf())
	run("fast", func(line []byte) error {
		_, err := decoder.Decode(line, source.Place{})
		return err
	})
	run("strict", func(line []byte) error {
		_, err := decoder.DecodeStrict(line, source.Place{})
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

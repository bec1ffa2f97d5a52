package books_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/pgtest"
	"github.com/prorata-go/prorata/money"
)

// Amounts, rates and dates are kept in columns of a program's own tables, and read from them as they were.
func TestColumns(t *testing.T) {
	for driver, name := range map[string]func() string{
		"sqlite": func() string { return filepath.Join(t.TempDir(), "own.db") },
		"pgx":    func() string { return strings.Replace(pgtest.URL(t), "search_path=", "search_path=pg_temp,", 1) },
	} {
		t.Run(driver, func(t *testing.T) {
			db, err := sql.Open(driver, name())
			require.NoError(t, err)
			defer db.Close()
			db.SetMaxOpenConns(1) // which has the temporary table
			_, err = db.Exec("CREATE TEMPORARY TABLE own (n INTEGER, amount TEXT, rate TEXT, day DATE, number NUMERIC, instant TIMESTAMP)")
			require.NoError(t, err)
			amounts := []money.Amount{money.MustParse("79.95 USD"), money.MustParse("-9223372036854775808 JPY"), money.MustParse("0.001 BHD")}
			rates := []string{"0.00085", "0", "123456789012345678901234567890.123456789"}
			dates := []cycle.Date{date("2026-02-28"), {}, date("2024-02-29")}
			for i := range amounts {
				rate, err := money.ParseRate(rates[i])
				require.NoError(t, err)
				_, err = db.Exec("INSERT INTO own VALUES ($1, $2, $3, $4, $5, $6)", i, amounts[i], rate, dates[i], 79.95, "2026-02-28 23:30:00")
				require.NoError(t, err)
			}
			for i := range amounts {
				var amount money.Amount
				var rate money.Rate
				var day cycle.Date
				row := func(what string) *sql.Row { return db.QueryRow("SELECT "+what+" FROM own WHERE n = $1", i) }
				require.NoError(t, row("amount, rate, day").Scan(&amount, &rate, &day))
				require.Equal(t, amounts[i], amount)
				require.Equal(t, rates[i], rate.String())
				require.Equal(t, dates[i], day)

				require.Error(t, row("number").Scan(&amount), "an amount without a currency")
				require.ErrorContains(t, row("NULL").Scan(&amount), "NULL, expected text such as \"79.95 USD\"")
				require.ErrorContains(t, row("NULL").Scan(&rate), "NULL, expected text such as \"0.00085\"")
				require.ErrorContains(t, row("instant").Scan(&day), "2026-02-28T23:30:00Z, expected a date")
				require.ErrorContains(t, row("n").Scan(&day), "int64, expected a date")
				require.Equal(t, amounts[i], amount, "it is unchanged")
				require.Equal(t, dates[i], day, "it is unchanged")
			}
			_, err = db.Exec("INSERT INTO own (amount) VALUES ($1)", money.Amount{})
			require.ErrorContains(t, err, "it has no currency, expected one")
		})
	}
}

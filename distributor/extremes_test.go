package distributor_test

import (
	"testing"

	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/internal/extremes"
	"github.com/prorata-go/prorata/money"
)

func TestNothingPanics(t *testing.T) {
	extremes.Check(t, extremes.Exports{
		"Field": distributor.Field{}, "FieldKind": distributor.KindString, "Figure": distributor.Figure{}, "Invoice": distributor.Invoice{},
		"Invoices": distributor.Invoices{}, "Number": distributor.Number(""), "Overview": distributor.Overview{}, "Pending": distributor.Pending{},
		"PendingList": distributor.PendingList{}, "ReplyError": distributor.ReplyError{}, "Shape": distributor.Shape(0), "Statistic": distributor.Statistic{},
		"Statistics": distributor.Statistics{}, "Record": distributor.Record{}, "Stream": distributor.Stream{}, "NewInvoices": distributor.NewInvoices,
		"FromInvoices": distributor.FromInvoices, "ReadInvoices": distributor.ReadInvoices, "ReadOverview": distributor.ReadOverview,
		"ReadPackages": distributor.ReadPackages, "ReadPending": distributor.ReadPending, "ReadStatistics": distributor.ReadStatistics,
	}, money.USD, file(t, "usage.xml"), file(t, "packages.json"), file(t, "stats.json"), file(t, "pending.xml"), file(t, "overview.json"))
}

package distributor_test

import (
	"fmt"

	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

const usage = `<?xml version="1.0" encoding="ISO-8859-1"?>
<usage>
  <number>2010010001</number>
  <invoices>
    <invoice>
      <number>201001000100</number>
      <credits>123456</credits>
      <date_invoiced>2010-09-0100:00:00</date_invoiced>
      <status>UNPAID</status>
      <amount>79.95</amount>
      <prorated>-51.58</prorated>
      <start_date>2010-08-01</start_date>
      <end_date>2010-08-31</end_date>
      <username>example@example.com</username>
      <final_amount>28.37</final_amount>
    </invoice>
  </invoices>
</usage>`

// What is prorated may have either sign; the figures tell which one is meant.
func Example() {
	doc, err := distributor.ReadInvoices("usage.xml", []byte(usage))
	if err != nil {
		fmt.Println(err)
		return
	}
	inv := &doc.Rows[0]
	discount, ok, err := inv.Discount(money.USD)
	fmt.Println(doc.Shape, inv.Username, inv.Status, inv.DateInvoiced)
	fmt.Println(discount, ok, err)
	// Output:
	// usage example@example.com Unpaid 2010-09-01
	// 51.58 USD true <nil>
}

// A document is written in the other format with every text it had.
func ExampleInvoices_AppendJSON() {
	doc, err := distributor.ReadInvoices("numbers.xml", []byte("<invoices><invoice><number>2010010001</number></invoice></invoices>"))
	fmt.Printf("%s%v\n", doc.AppendJSON(nil), err)
	// Output:
	// [
	//   {"number":"2010010001"}
	// ]
	// <nil>
}

func ExampleReadInvoices_refused() {
	_, err := distributor.ReadInvoices("own.json", []byte(`[
  {"number": "1", "start_date": "2010-08-01", "end_date": "2010-08-31", "amount": "1,000.00"}
]`))
	fmt.Println(err)
	_, err = distributor.ReadInvoices("own.json", []byte(`{"message": "error", "errors": ["No such invoice"]}`))
	fmt.Println(err)
	// Output:
	// own.json:2:83: amount: "1,000.00" is not a plain number, expected digits, such as 13.95
	// own.json:1:1: the document is an error of the Distributor: "No such invoice"
}

func ExampleFromInvoices() {
	doc := distributor.FromInvoices("2010010001", []invoice.Invoice{})
	fmt.Printf("%s", doc.AppendXML(nil))
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <usage>
	//   <number>2010010001</number>
	//   <invoices>
	//   </invoices>
	// </usage>
}

func ExampleReadStatistics() {
	days, err := distributor.ReadStatistics("stats.json", []byte(`[{"date": "2009-06-20", "requests": 12342, "opens": "9992"}]`))
	if err != nil {
		fmt.Println(err)
		return
	}
	credits, err := days[0].Requests.Count()
	fmt.Println(days[0].Date, credits, err)
	// Output: 2009-06-20 12342 <nil>
}

// Package money holds amounts, rates and the one place where they are rounded.
//
// It exists so that a bill can be added up by hand and come out the same: an [Amount] is a whole number of cents, a price finer
// than a cent is a [Rate], and whatever turns one into the other names its [Rounding].
//
// # Smallest use
//
//	price := money.MustParse("79.95 USD")
//	used, err := price.MulFrac(11, 31, money.HalfUp) // 28.37 USD: 11 of 31 days
//
// # Representation
//
// An Amount is an int64 count of minor units and a [Currency]: 7995 and USD. It is comparable, a == b means that they are equal,
// and it can be a map key. Its zero value is 0 of no currency. A Currency is an active code of ISO 4217 with its number of minor
// digits (JPY 0, USD 2, BHD 3, CLF 4), as currencies.tsv lists them; what its comment says is what the table reflects. The number
// behind a Currency may change with the table: store the code. Binary floating point is used nowhere.
//
// Text has one form each way. [Amount.String] is "79.95 USD" and [Parse] reads it back; [Amount.Number] is "79.95", always with
// all minor digits, for documents that give the currency elsewhere, and [ParseIn] reads it back. [Amount.Display] is "$79.95",
// for sentences, and is not read back.
//
// # Limits
//
// An Amount spans −2⁶³ to 2⁶³−1 minor units, which is 92 quadrillion dollars. The intermediate product of a multiplication has
// 128 bits or more, so only a result can overflow. A Rate has at most [MaxRateLen] characters. A Split has at most [MaxParts] parts.
//
// # Rounding
//
// Only [MulDiv], [Amount.MulFrac], [Round] and [Rate.Times] round, once each, to the minor unit, by the mode given to them, and
// symmetrically about zero: rounding −x gives the negative of rounding x. [Amount.Split] and [Amount.SplitBy] never lose a unit:
// their parts sum to the whole. Everything else is exact or an error.
//
// # Errors
//
// Nothing panics on input. An error says the operation, quotes the value and wraps one of [ErrSyntax], [ErrTooFine],
// [ErrOverflow], [ErrCurrency], [ErrRounding] and [ErrFraction], for errors.Is. Must functions panic and are for tests and constants.
package money

package reconcile

// Cause is what would make a group differ, or what a matched group needs to be said of.
type Cause uint8

// The causes. [Causes] has what there is to say of each.
const (
	NoCause Cause = iota

	Split
	Moved
	Tax

	BrokenRow
	Quantity
	OtherCredits

	Renamed
	BillingDay
	CalendarMonths
	NotBilledUpstream
	UnknownAccount
	BilledBeforeCreation
	ClosedStillBilled
	CreationMissing
	CloseExtra
	CloseDate
	ChangeDate
	CreationDate
	ChargeMissing
	CreditMissing
	ChargedTwice
	NeighbouringInvoice
	KnownAtOnce
	CancellationMissing

	PriceChanged
	PriceListCause
	TermsCause
	OtherPackage
	ChangeIgnored
	KnownLate
	ChangeFromPeriodStart
	ScheduledAsImmediate
	ImmediateAsScheduled
	FreeUpgrade

	CloseDay
	TimeZone
	DayCount
	CalendarMonth
	PeriodLength
	OneDayMore
	OneDayLess
	UsedUnusedSwapped
	MonthEnd
	Timing
	BillChanges

	Rounding
	RoundPart
	DailyRate

	IncludedCredits
	OtherAllowance
	OtherRate
	PerThousand
	LateUsageIncluded
	LateUsageLeftOut
	CalendarMonthUsage
	NeighbouringUsage
	ImpliedCredits

	ConventionCause
	causes // how many there are
)

// tier is how near at hand a cause is: the first tier with an exact hit wins.
type tier uint8

const (
	form tier = iota // how a row is laid out: no difference in money
	stated
	existence
	prices
	days
	rounding
	usage
	convention
	together // two changes at once: possible, never found
)

var tierNames = []string{"form", "what a row states", "existence and time", "price", "day count", "rounding", "usage", "the convention", "two together"}

// CauseInfo is what there is to say of a cause.
type CauseInfo struct {
	Code  string // "close_date"
	Tier  string
	Words string // for a finding: "closed on another day"
	Docs  string // what is changed, for docs/reconcile.md

	tier tier
}

// causeTable is the one table of causes: the search takes the tiers from it, the report the codes and words, and docs/reconcile.md the rest.
var causeTable = [causes]CauseInfo{
	NoCause: {},

	Split: {Code: "split", tier: form, Words: "billed in several rows", Docs: "nothing: several rows of theirs bill what one invoice of ours does"},
	Moved: {Code: "moved", tier: form, Words: "billed on another invoice than ours", Docs: "nothing: a charge or credit is in another period or on another invoice than ours"},
	Tax:   {Code: "tax", tier: form, Words: "with a tax or a discount", Docs: "nothing: a row adds up only with a field that the reference does not have, such as `tax`, and is compared without it"},

	BrokenRow:    {Code: "broken", tier: stated, Words: "a row that does not add up", Docs: "their row does not add up, with either sign of `prorated` and any field that it has; the gap is given"},
	Quantity:     {Code: "quantity", tier: stated, Words: "more than one unit billed", Docs: "the row states a `quantity` and bills that many times the price"},
	OtherCredits: {Code: "other_credits", tier: stated, Words: "other credits counted", Docs: "as many credits as their rows state"},

	Renamed:              {Code: "renamed", tier: existence, Words: "billed under another name", Docs: "the same package, days and money are under a name that no event has, and an account of ours has no row: the two are suggested as one, with the line for `--aliases`"},
	BillingDay:           {Code: "billing_day", tier: existence, Words: "billed by periods that start on another day", Docs: "all periods of the account start on another day than ours: our side is billed with their periods, and nothing is claimed"},
	CalendarMonths:       {Code: "calendar_months", tier: existence, Words: "billed by calendar month", Docs: "the periods of all accounts are calendar months: our side is billed from the 1st, and nothing is claimed"},
	NotBilledUpstream:    {Code: "not_billed_upstream", tier: existence, Words: "not on their invoices", Docs: "they have no row for what we expect; rivals are changes with which nothing would be due"},
	UnknownAccount:       {Code: "unknown_account", tier: existence, Words: "an account that is not in our records", Docs: "no event names the account; one with a similar name is suggested"},
	BilledBeforeCreation: {Code: "billed_before_creation", tier: existence, Words: "billed before the account was created", Docs: "they bill days before the account was created"},
	ClosedStillBilled:    {Code: "closed_still_billed", tier: existence, Words: "billed after the account was closed", Docs: "they bill days after the close, or as if it had not happened"},
	CreationMissing:      {Code: "creation_missing", tier: existence, Words: "a creation that they do not know", Docs: "a creation left out"},
	CloseExtra:           {Code: "close_extra", tier: existence, Words: "closed, which we do not know", Docs: "a close that we know nothing of, on any day of their last row"},
	CloseDate:            {Code: "close_date", tier: existence, Words: "closed on another day", Docs: "the close 1 to 10 days earlier or later"},
	ChangeDate:           {Code: "change_date", tier: existence, Words: "changed on another day", Docs: "a package change 1 to 10 days earlier or later"},
	CreationDate:         {Code: "creation_date", tier: existence, Words: "created on another day", Docs: "the creation 1 to 10 days earlier or later"},
	ChargeMissing:        {Code: "charge_missing", tier: existence, Words: "a charge that they left out", Docs: "a one-off charge left out"},
	CreditMissing:        {Code: "credit_missing", tier: existence, Words: "a credit that they did not give", Docs: "a credit, or a line below zero, left out"},
	ChargedTwice:         {Code: "charged_twice", tier: existence, Words: "billed twice", Docs: "a row, a line, a charge or a credit there twice"},
	NeighbouringInvoice:  {Code: "neighbouring_invoice", tier: existence, Words: "a charge on the neighbouring invoice", Docs: "a charge on the invoice before or after"},
	KnownAtOnce:          {Code: "known_at_once", tier: existence, Words: "known to them at once", Docs: "something entered late, as if at once"},
	CancellationMissing:  {Code: "cancellation_missing", tier: existence, Words: "a cancelled change carried out", Docs: "a cancellation left out: the change carried out"},

	PriceChanged:          {Code: "price_changed", tier: prices, Words: "another price of the package", Docs: "one other price of a package, the same in every row of it that differs, of two accounts or more"},
	PriceListCause:        {Code: "price_list", tier: prices, Words: "billed from the other price list", Docs: "retail prices for the distributor's, or the reverse"},
	TermsCause:            {Code: "terms", tier: prices, Words: "billed by other terms of the package", Docs: "the terms of another `effective_from`"},
	OtherPackage:          {Code: "other_package", tier: prices, Words: "billed as another package", Docs: "another package of the list, the one that their rows state first"},
	ChangeIgnored:         {Code: "change_ignored", tier: prices, Words: "a change that they did not make", Docs: "a package change left out"},
	KnownLate:             {Code: "known_late", tier: prices, Words: "known to them later", Docs: "a change or close that became known after an invoice, or just before it"},
	ChangeFromPeriodStart: {Code: "change_from_period_start", tier: prices, Words: "changed from the start of the period", Docs: "a change made from the start of its period"},
	ScheduledAsImmediate:  {Code: "scheduled_as_immediate", tier: prices, Words: "a scheduled change made at once", Docs: "a change or close at the period's end, made at once"},
	ImmediateAsScheduled:  {Code: "immediate_as_scheduled", tier: prices, Words: "an immediate change made at the period's end", Docs: "an immediate change or close, made at the period's end"},
	FreeUpgrade:           {Code: "free_upgrade", tier: prices, Words: "free upgrades restart the cycle otherwise", Docs: "whether a free upgrade restarts the cycle (`free_upgrade`)"},

	CloseDay:          {Code: "close_day", tier: days, Words: "the day of the close charged otherwise", Docs: "whether the day of the close is charged (`close_day`)"},
	TimeZone:          {Code: "time_zone", tier: days, Words: "days of another time zone", Docs: "days in another time zone (`--zones`)"},
	DayCount:          {Code: "day_count", tier: days, Words: "days counted otherwise", Docs: "how days are counted (`day_count`)"},
	CalendarMonth:     {Code: "calendar_month", tier: days, Words: "shared out over a calendar month", Docs: "by the days of a calendar month"},
	PeriodLength:      {Code: "period_length", tier: days, Words: "a period a day longer or shorter", Docs: "by a period one day longer or shorter"},
	OneDayMore:        {Code: "one_day_more", tier: days, Words: "one day too many", Docs: "a part of a period with a day more, at its end or start"},
	OneDayLess:        {Code: "one_day_less", tier: days, Words: "one day too few", Docs: "a part of a period with a day less, at its end or start"},
	UsedUnusedSwapped: {Code: "used_unused_swapped", tier: days, Words: "the days not used charged", Docs: "the days left charged for the days used"},
	MonthEnd:          {Code: "month_end", tier: days, Words: "other boundaries at a month's end", Docs: "boundaries that drift, overflow into the next month, or count from the month's end"},
	Timing:            {Code: "timing", tier: days, Words: "billed in advance or arrears", Docs: "in advance for in arrears, or the reverse (`timing`)"},
	BillChanges:       {Code: "bill_changes", tier: days, Words: "changes billed at another time", Docs: "changes billed on their own day or on the next bill (`bill_changes`)"},

	Rounding:  {Code: "rounding", tier: rounding, Words: "rounded otherwise", Docs: "how amounts are rounded (`rounding`)"},
	RoundPart: {Code: "round_part", tier: rounding, Words: "another part rounded", Docs: "which part is rounded (`round_part`)"},
	DailyRate: {Code: "daily_rate", tier: rounding, Words: "the price of a day rounded", Docs: "the price of a day rounded to 2 to 4 digits first (`daily_rate`)"},

	IncludedCredits:    {Code: "included_credits", tier: usage, Words: "the allowance shared out otherwise", Docs: "whether the allowance follows the days (`included_credits`)"},
	OtherAllowance:     {Code: "other_allowance", tier: usage, Words: "another package's allowance", Docs: "the included credits of another package"},
	OtherRate:          {Code: "other_rate", tier: usage, Words: "another overage price", Docs: "the overage of another package, or of the other price list"},
	PerThousand:        {Code: "per_thousand", tier: usage, Words: "the overage price off by a thousand", Docs: "the overage per thousand credits, or a thousandth of it"},
	LateUsageIncluded:  {Code: "late_usage_included", tier: usage, Words: "late usage counted in time", Docs: "usage recorded late, as if known in time"},
	LateUsageLeftOut:   {Code: "late_usage_left_out", tier: usage, Words: "late usage left out", Docs: "usage recorded late, left out"},
	CalendarMonthUsage: {Code: "calendar_month_usage", tier: usage, Words: "the credits of a calendar month", Docs: "the credits of the calendar month it starts or ends in"},
	NeighbouringUsage:  {Code: "neighbouring_usage", tier: usage, Words: "the credits of another period", Docs: "the credits of the period before or after"},
	ImpliedCredits:     {Code: "implied_credits", tier: usage, Words: "as many credits as their figure takes", Docs: "as many credits as their figure would take: always possible only"},

	ConventionCause: {Code: "convention", tier: convention, Words: "billed by their convention", Docs: "several keys of the policy at once, as inferred from all rows"},
}

func (c Cause) String() string { return causeTable[c].Code }

// Words are the cause for a finding: "closed on another day".
func (c Cause) Words() string { return causeTable[c].Words }

func (c Cause) tier() tier { return causeTable[c].tier }

// Causes are all causes, in the order of the table.
func Causes() []CauseInfo {
	var list []CauseInfo
	for i := range causeTable {
		if info := causeTable[i]; info.Code != "" {
			info.Tier = tierNames[info.tier]
			list = append(list, info)
		}
	}
	return list
}

package cycle

// Anchor is the day that boundaries are counted from: the start, or the billing date of a schedule with a stub.
func (s Schedule) Anchor() Date { return s.anchor }

package careline

// LogCount counts what the log holds, such as of what it forgets because it is old.
type LogCount struct {
	Calls  int // with the legs of which nobody ever told the call
	Looks  int // who looked at whom (LookKey)
	Strays int // messages that nobody could read
}

// Keys is how many keys of the log those are: strays have none.
func (c LogCount) Keys() int { return c.Calls + c.Looks }

// And is both together.
func (c LogCount) And(more LogCount) LogCount {
	return LogCount{
		Calls:  c.Calls + more.Calls,
		Looks:  c.Looks + more.Looks,
		Strays: c.Strays + more.Strays,
	}
}

// CountKeys counts keys of the log, each with all that is kept under it.
func CountKeys(keys ...string) (count LogCount) {
	for _, key := range keys {
		if LookKey(key) {
			count.Looks++
		} else {
			count.Calls++
		}
	}
	return count
}

package careline

import (
	"cmp"
	"slices"
	"time"
)

// obey tells whether the party is on hold, and muted, by the newest command of each kind
// that was carried out. careline alone holds and mutes, so that the carrier's answer is as
// good a witness as its report, which may come after the next command, or never. Where no
// command was carried out, the reports stand.
func (one *partyFold) obey(r *roomFold) {
	slices.SortStableFunc(one.switches, inTheLog)
	held := false

	for _, e := range one.switches {
		done, at := r.done(e)
		if !done {
			continue
		}
		switch e.Room.Act {
		case ActHold:
			if !held {
				one.HeldAt = at
			}
			one.Held, held = true, true
		case ActUnhold:
			one.Held, held = false, false
			one.HeldAt = time.Time{}
		case ActMute, ActUnmute:
			one.Muted = e.Room.Act == ActMute
		}
	}
}

// inTheLog orders commands as they were asked for: by their place in the log, for the
// clocks of two instances may differ. What has no place yet is the newest.
func inTheLog(a, b *CallEvent) int {
	return cmp.Or(
		compareFlags(a.Seq == 0, b.Seq == 0),
		cmp.Compare(a.Seq, b.Seq),
	)
}

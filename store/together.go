package store

import (
	"context"
	"time"

	"perci.health/careline"
)

// AppendAll keeps several events in one transaction; see Log.
func (w *Writer) AppendAll(ctx context.Context, besides func(careline.CallEvent) string, all ...careline.CallEvent) (kept []careline.CallEvent, repeated []bool, err error) {
	t := &together{each: make([]keeping, len(all))}
	for i, e := range all {
		t.each[i].asked = e
		if besides != nil {
			t.each[i].besides = besides(e)
		}
		if consumer := t.each[i].besides; consumer != "" {
			if err := w.sends(consumer); err != nil {
				return nil, nil, err
			}
		}
		if err := t.each[i].settle(); err != nil {
			return nil, nil, err
		}
	}

	if err := w.grant(ctx, "keep events", t); err != nil {
		return nil, nil, err
	}
	for i := range t.each {
		kept, repeated = append(kept, t.each[i].kept), append(repeated, t.each[i].repeated)
	}
	return kept, repeated, nil
}

// together is a wish to keep several events, one after the other.
type together struct {
	each    []keeping
	decided int // how many of them are planned, in this transaction
}

func (t *together) begin(now time.Time) {
	t.decided = 0
	for i := range t.each {
		t.each[i].begin(now)
	}
}

func (t *together) want(w *Wanted) {
	for i := range t.each[t.decided:] {
		t.each[t.decided+i].want(w)
	}
}

// decide goes on where it stopped the last time: what is planned already is not found as
// a repetition of itself.
func (t *together) decide(p *plan) (done bool, err error) {
	for ; t.decided < len(t.each); t.decided++ {
		if done, err := t.each[t.decided].decide(p); err != nil || !done {
			return false, err
		}
	}
	return true, nil
}

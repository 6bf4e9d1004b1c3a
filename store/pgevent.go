package store

import (
	"github.com/jackc/pgx/v5/pgtype"

	"perci.health/careline"
)

// pgEvent is an event in the order of the type event_1.
type pgEvent struct {
	e        careline.CallEvent
	request  string
	facts    string
	besides  string
	admitted bool // only at the load asked for
	load     careline.Load
	again    bool
	shares   bool
}

// IsNull is part of pgtype.CompositeIndexGetter.
func (p *pgEvent) IsNull() bool { return p == nil }

// Index is part of pgtype.CompositeIndexGetter.
func (p *pgEvent) Index(i int) any {
	e := &p.e
	switch i {
	case 0:
		return e.ID
	case 1:
		return e.Call
	case 2:
		return e.Leg
	case 3:
		return string(e.Kind)
	case 4:
		return microsOf(e.At)
	case 5:
		return e.Kept.UnixMicro()
	case 6:
		return int64(e.Order)
	case 7:
		return string(e.Status)
	case 8:
		return e.Word
	case 9:
		return e.Direction
	case 10:
		return e.MemberLeg
	case 11:
		return e.Appointment
	case 12:
		n, known := e.Seconds.Value()
		return pgtype.Int8{Int64: int64(n), Valid: known}
	case 13:
		return e.AnsweredBy
	case 14:
		return e.Recording
	case 15:
		return p.request
	case 16:
		return e.Report
	case 17:
		return e.Trace
	}
	return p.meaning(i)
}

// meaning is what the program knows of an event besides.
func (p *pgEvent) meaning(i int) any {
	switch i {
	case 18:
		return asks(p.e)
	case 19:
		return ends(p.e) || p.e.Kind == careline.KindRefused
	case 20:
		return settles(p.e)
	case 21:
		return p.e.Request.Clinician
	case 22:
		return string(p.e.Request.Patient)
	case 23:
		return p.besides
	case 24:
		return pgtype.Int4{Int32: int32(p.load.Recent), Valid: p.admitted}
	case 25:
		return pgtype.Int4{Int32: int32(p.load.Live), Valid: p.admitted}
	case 26:
		return p.again
	}
	return p.shares
}

// rules are what the rules ask of events, by column.
type rules struct {
	ids, keys, legs, members, besides, facts []string

	kepts []int64
	bits  []int32
}

func newRules() rules {
	return rules{[]string{}, []string{}, []string{}, []string{}, []string{}, []string{}, []int64{}, []int32{}}
}

func (r *rules) reset() {
	*r = rules{r.ids[:0], r.keys[:0], r.legs[:0], r.members[:0], r.besides[:0], r.facts[:0], r.kepts[:0], r.bits[:0]}
}

func (r *rules) add(p *pgEvent) {
	leg, member := p.e.Leg, p.e.MemberLeg
	if p.e.Call == "" {
		leg, member = "", "" // it links nothing
	}
	r.ids, r.keys = append(r.ids, p.e.ID), append(r.keys, keyOf(p.e))
	r.legs, r.members = append(r.legs, leg), append(r.members, member)
	r.besides, r.facts = append(r.besides, p.besides), append(r.facts, p.facts)
	r.kepts = append(r.kepts, p.e.Kept.UnixMicro())
	var bits int32 // in the order that keep_all_1 gives
	for i, is := range [...]bool{asks(p.e), ends(p.e) || p.e.Kind == careline.KindRefused, settles(p.e),
		p.e.Call != "" && p.e.Kind != careline.KindMemberCalled, p.again, p.shares, p.admitted} {
		if is {
			bits |= 1 << i
		}
	}
	r.bits = append(r.bits, bits)
}

package calls

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"perci.health/careline"
)

// Ringable is a clinician whose app can be rung now.
type Ringable struct {
	Clinician string // practitioner id
	Name      string // empty when it is not known
	Identity  string // by which the carrier knows the app
}

// The kinds of people who can be brought into a call. Their text is in the API: never
// change one.
const (
	KindRelated   = "related"   // a related person of the call's patient
	KindDirectory = "directory" // an entry of the clinic's directory
	KindClinician = "clinician" // who is present
)

// Candidate is somebody who can be brought into a call.
type Candidate struct {
	Kind     string
	Relation string // of a related person to the patient
	Language string // of an interpreter
	In       bool   // is in the call, or being dialled
	Refusal  careline.Refusal

	said careline.RoomSaid
	role careline.Role
}

// ID is what Rooms.Add knows the candidate by.
func (c Candidate) ID() string {
	if c.Kind == KindDirectory {
		return c.said.Entry
	}
	_, id, _ := strings.Cut(string(c.said.Ref), "/")
	return id
}

// Name is how they are called: never to be logged.
func (c Candidate) Name() string { return c.said.Name }

// Role is what they would be in the call.
func (c Candidate) Role() careline.Role { return c.role }

// To is the number that would be dialled; zero of a clinician.
func (c Candidate) To() careline.Phone { return c.said.To }

// Candidates are all whom the clinician may bring into an own call, and whether it is
// full. An error of code unavailable says that the health record cannot be asked.
func (r *Rooms) Candidates(ctx context.Context, clinician, key string) (all []Candidate, full bool, err error) {
	_, call, err := r.own(ctx, clinician, key)
	if err != nil {
		return nil, false, err
	}

	all, err = r.related(ctx, call, clinician)
	if err != nil {
		return nil, false, err
	}
	for _, e := range r.Directory {
		all = append(all, entry(e))
	}
	present, err := r.present(ctx, clinician)
	if err != nil {
		return nil, false, err
	}
	all = append(all, present...)

	for i := range all {
		all[i].In = isIn(call, all[i])
	}
	return all, r.full(call), nil
}

// related are the related persons of the call's patient who have a number on file, as
// they stand in its appointment. What would be refused of a call to them is refused here.
func (r *Rooms) related(ctx context.Context, call careline.Call, clinician string) ([]Candidate, error) {
	if call.Appointment == "" || call.Patient == "" {
		return nil, nil
	}
	a, err := r.Appointments(ctx, call.Appointment)
	if careline.CodeOf(err) == careline.CodeNotFound && err != nil {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find who is related: %w", err)
	}

	var all []Candidate
	for _, person := range a.Relatives {
		if person.Patient == call.Patient && len(person.Phones) > 0 {
			all = append(all, r.relative(a, person, clinician))
		}
	}
	return all, nil
}

// relative is somebody with the first of their numbers that may be called.
func (r *Rooms) relative(a careline.Appointment, person careline.Person, clinician string) Candidate {
	c := Candidate{
		Kind:     KindRelated,
		Relation: person.Relation,
		role:     careline.RoleFamily,
		said:     careline.RoomSaid{Ref: person.Ref, Name: person.Name, To: person.Phones[0]},
	}

	for i, to := range person.Phones {
		_, why := r.Policy.MayCall(a, careline.Wish{
			Clinician: clinician,
			To:        to,
			Recipient: person.Ref,
			Now:       r.Now(),
		})
		if i == 0 || why == "" {
			c.said.To, c.Refusal = to, why
		}
		if why == "" {
			break
		}
	}
	return c
}

func entry(e Entry) Candidate {
	return Candidate{
		Kind:     KindDirectory,
		Language: e.Language,
		role:     e.Role,
		said:     careline.RoomSaid{Entry: e.ID, Name: e.Name, To: e.Number},
	}
}

// present are the clinicians who can be rung, but whoever asks.
func (r *Rooms) present(ctx context.Context, clinician string) ([]Candidate, error) {
	if r.Present == nil {
		return nil, nil
	}
	all, err := r.Present(ctx)
	if err != nil {
		return nil, fmt.Errorf("find who is present: %w", err)
	}

	var others []Candidate
	for _, p := range all {
		if p.Clinician == clinician {
			continue
		}
		others = append(others, Candidate{
			Kind: KindClinician,
			role: careline.RoleSecondClinician,
			said: careline.RoomSaid{Ref: practitioner(p.Clinician), Name: p.Name, Identity: p.Identity},
		})
	}
	return others, nil
}

// isIn reports whether the candidate is in the call, or on the way there.
func isIn(call careline.Call, c Candidate) bool {
	return slices.ContainsFunc(call.Present(), func(p careline.Party) bool {
		same := c.said.Ref != "" && p.Ref == c.said.Ref || c.said.Entry != "" && p.Entry == c.said.Entry
		return same && !hasGone(p)
	})
}

// full reports whether as many are in the call, or on the way there, as may be.
func (r *Rooms) full(call careline.Call) bool {
	n := 0
	for _, p := range call.Present() {
		if !hasGone(p) {
			n++
		}
	}
	return n >= r.Most
}

// whom finds who is to be brought in. A number that is typed is nobody's.
func (r *Rooms) whom(ctx context.Context, call careline.Call, clinician, kind, id string) (Candidate, error) {
	var all []Candidate
	var err error
	switch kind {
	case KindRelated:
		all, err = r.related(ctx, call, clinician)
	case KindDirectory:
		for _, e := range r.Directory {
			all = append(all, entry(e))
		}
	case KindClinician:
		all, err = r.present(ctx, clinician)
	}
	if err != nil {
		return Candidate{}, err
	}

	i := slices.IndexFunc(all, func(c Candidate) bool { return c.ID() == id })
	if i < 0 || id == "" {
		return Candidate{}, careline.Because(careline.CodeInvalid, careline.ReasonNotOnFile, nil)
	}
	if why := all[i].Refusal; why != "" {
		return Candidate{}, careline.NewReasoned(careline.CodeForbidden, careline.ReasonNotOnFile, why.SentenceFor(all[i].said.To))
	}
	return all[i], nil
}

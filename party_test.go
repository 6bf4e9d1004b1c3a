package careline_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
)

func TestReadLabel(t *testing.T) {
	t.Parallel()
	for n, role := range map[int]careline.Role{1: careline.RoleClinician, 2: careline.RoleMember, 10: careline.RoleSecondClinician} {
		if gotN, gotRole, ok := careline.ReadLabel(careline.LabelOf(n, role)); gotN != n || gotRole != role || !ok {
			t.Errorf("the label of %d, %s is read as %d, %s, %v", n, role, gotN, gotRole, ok)
		}
	}
	for _, label := range []string{"", "p", "p1", "1-clinician", "p0-clinician", "p-1-clinician", "px-clinician", "q1-clinician"} {
		if n, role, ok := careline.ReadLabel(label); ok {
			t.Errorf("%q is read as %d, %s", label, n, role)
		}
	}
}

func TestValidLabel(t *testing.T) {
	t.Parallel()
	for _, label := range []string{careline.LabelClinician, careline.LabelMember, careline.LabelOf(999, careline.RoleSecondClinician)} {
		if !careline.ValidLabel(label) {
			t.Errorf("%q is none", label)
		}
	}
	for _, label := range []string{"", "p3", "p3-", "3-family", "p1234-family", "p3-family ", "p3-Family", "p3-a&b", "x p3-family"} {
		if careline.ValidLabel(label) {
			t.Errorf("%q is one", label)
		}
	}
}

func TestNextLabel(t *testing.T) {
	t.Parallel()
	told := func(labels ...string) (events []careline.CallEvent) {
		for _, label := range labels {
			events = append(events, careline.CallEvent{Room: careline.RoomSaid{Label: label}})
		}
		return events
	}
	for want, events := range map[string][]careline.CallEvent{
		"p3-family":  nil,
		"p4-family":  told("nonsense", "p3-family", careline.LabelMember, careline.LabelClinician, ""),
		"p10-family": told(careline.LabelMember, "p9-clinician"),
	} {
		if got := careline.NextLabel(events, careline.RoleFamily); got != want {
			t.Errorf("of %v it is %s, want %s", events, got, want)
		}
	}
}

func TestPartyState(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		party careline.Party
		want  careline.PartyState
	}{
		"nobody was heard of":       {careline.Party{}, careline.PartyIsAsked},
		"of whom it was asked":      {careline.Party{Status: careline.StatusRequested}, careline.PartyIsAsked},
		"waits to be dialled":       {careline.Party{Status: careline.StatusQueued}, careline.PartyIsDialling},
		"is dialled":                {careline.Party{Status: careline.StatusInitiated}, careline.PartyIsDialling},
		"rings":                     {careline.Party{Status: careline.StatusRinging}, careline.PartyIsRinging},
		"has answered":              {careline.Party{Status: careline.StatusInProgress}, careline.PartyIsConnected},
		"is in the room":            {careline.Party{Together: true}, careline.PartyIsConnected},
		"did not answer":            {careline.Party{Status: careline.StatusNoAnswer, Outcome: careline.PartyNoAnswer}, careline.PartyHasLeft},
		"left, though the leg goes": {careline.Party{Status: careline.StatusInProgress, Outcome: careline.PartyLeft}, careline.PartyHasLeft},
	} {
		if got := test.party.State(); got != test.want {
			t.Errorf("one who %s is %q, want %q", name, got, test.want)
		}
	}
}

// A call without a room has its clinician and its member, unless it was refused; one that
// the REST API placed has no clinician.
func TestPresent(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		events []careline.CallEvent
		want   string
	}{
		"nothing":                   {nil, ` ""`},
		"placed by the API":         {[]careline.CallEvent{byAPI(0, "ringing", 0)}, `ringing "" p2-member:ringing`},
		"the clinician has left":    {[]careline.CallEvent{requested(), progress(1, "ringing", 0), clinicianLeg("completed")}, `canceled "" p1-clinician:left p2-member:left:canceled`},
		"declined":                  {[]careline.CallEvent{requested(), progress(1, "ringing", 0), progress(2, "busy", seconds(3))}, `busy "" p1-clinician:left p2-member:left:declined`},
		"failed":                    {[]careline.CallEvent{requested(), progress(1, "failed", 0)}, `failed "" p1-clinician:left p2-member:left:failed`},
		"a word that is new to us":  {[]careline.CallEvent{requested(), progress(1, "transferring", 0)}, ` "" p1-clinician:asked p2-member:asked`},
		"a leg that nobody knows":   {[]careline.CallEvent{machine("human")}, ` "" p2-member:asked`},
		"and a party, with no room": {[]careline.CallEvent{requested(), progress(1, "in-progress", 0), party(careline.RoleFamily, progress(2, "in-progress", 0))}, `in-progress "" p1-clinician:connected p2-member:connected`},
	} {
		if got := whole(foldedAnyhow(t, test.events...)); got != test.want {
			t.Errorf("%s: it is %s, want %s", name, got, test.want)
		}
	}

	c := careline.Fold(talking())
	if p, ok := c.Party(careline.LabelMember); !ok || p.Leg != child || !p.Joined.Equal(noon.Add(seconds(5))) || !p.Left.IsZero() {
		t.Errorf("the member is %+v, %v", p, ok)
	}
	if _, ok := c.Party(interpreter); ok {
		t.Error("there is an interpreter")
	}
}

// TestPartyAskedIsWhatTheCallTells of who was asked for just now.
func TestPartyAskedIsWhatTheCallTells(t *testing.T) {
	t.Parallel()
	to, err := careline.StoredPhone("+447700900199")
	if err != nil {
		t.Fatal(err)
	}
	asked := added(seconds(40))
	asked.Room.Ref, asked.Room.To = "RelatedPerson/1", to
	odd := asked
	odd.Room.Label = "whoever"

	for name, events := range map[string][]careline.CallEvent{
		"in a room":       {roomAsked(seconds(20)), inRoom(1, careline.ActJoin, careline.LabelMember, child, seconds(25)), asked},
		"on the way":      {roomAsked(seconds(40)), asked},
		"an odd label":    {roomAsked(seconds(40)), odd},
		"by the log time": {roomAsked(seconds(40)), {ID: "add", Kind: careline.KindPartyAsked, Kept: noon.Add(seconds(41)), Room: asked.Room}},
	} {
		events = with(talking(), events...)
		last := &events[len(events)-1]
		want, ok := careline.Fold(events).Party(last.Room.Label)
		if !ok {
			t.Errorf("%s: the call has no party %s", name, last.Room.Label)
		}
		if diff := cmp.Diff(want, careline.PartyAsked(last)); diff != "" {
			t.Errorf("%s (-the call's +):\n%s", name, diff)
		}
	}
}

package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// recordingsTold are the recordings that a call's record tells of: those of its extension, and those
// of its payload, each in their order.
func recordingsTold(t *testing.T, c communication) (told, referred []string) {
	t.Helper()
	for _, outer := range c.Extension {
		for _, e := range outer.Extension {
			if e.URL == "recordingSid" {
				told = append(told, e.ValueString)
			}
		}
	}
	var said struct {
		Payload []struct {
			ContentReference struct {
				Identifier struct{ Value string }
			}
		}
	}
	if err := json.Unmarshal(c.raw, &said); err != nil {
		t.Fatal(err)
	}
	for _, p := range said.Payload {
		if sid := p.ContentReference.Identifier.Value; sid != "" {
			referred = append(referred, sid)
		}
	}
	return told, referred
}

// legOf is the leg that a recording is of, by the carrier's word.
func (s *system) legOf(sid string) string {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.world.TwilioURL+"/2010-04-01/Accounts/"+s.world.AccountSID+"/Recordings/"+sid+".json", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r.SetBasicAuth(s.world.AccountSID, s.world.AuthToken)
	_, body := s.sent(r)
	var one struct {
		Leg string `json:"call_sid"`
	}
	decode(s.t, body, &one)
	return one.Leg
}

// TestServeRecordsAnewAfterARejoin: the clinician's browser is lost while a call in a room
// is recorded, and with its leg the recording ends; when they are back it begins anew, on
// the new leg, without a word of anybody's. Both are in the one record of the call.
func TestServeRecordsAnewAfterARejoin(t *testing.T) {
	t.Parallel()
	for store, set := range map[string]func(t *testing.T) map[string]string{
		"SQLite":   func(*testing.T) map[string]string { return nil },
		"Postgres": func(t *testing.T) map[string]string { return map[string]string{"DATABASE_URL": newDatabase(t)} },
	} {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			settings := conferring(recordingBy("asked"))
			for name, value := range set(t) {
				settings[name] = value
			}
			s := newSystemAt(t, 1, settings)
			a, key, session := s.speaking()
			s.wants(a, key, "start")
			s.stands(a, key, "given", "in-progress")
			s.commands(session, http.MethodPatch, key+"/participants/p2-member", `{"muted":true}`, http.StatusOK)
			s.participants(session, key, "the room", is("open: p1-clinician connected, p2-member connected muted"))
			s.sounds()
			s.atTwilio("/Calls/"+key+".json", url.Values{"Status": {"completed"}})
			s.participants(session, key, "the clinician to be missed", func(i inCall) bool { return i.Waiting != "" })

			again := s.rejoin(a, key)
			s.participants(session, key, "the clinician to be back", is("open: p3-clinician connected, p2-member connected muted"))
			s.stands(a, key, "given", "in-progress")
			eventually(t, "the second recording", func() bool { return strings.Join(s.tapes(), " ") == "completed in-progress" })
			sids := s.sids()
			if legs := []string{s.legOf(sids[0]), s.legOf(sids[1])}; !slices.Equal(legs, []string{key, again}) {
				t.Errorf("recorded were %v, want %v", legs, []string{key, again})
			}
			s.sounds()
			s.commands(session, http.MethodPost, key+"/end", "", http.StatusAccepted)

			s.record(key, final)
			s.record(key, func(v []communication) bool {
				told, referred := recordingsTold(t, v[len(v)-1])
				return len(told) == 2 && slices.Equal(told, sids) && slices.Equal(referred, sids)
			})
			for _, sid := range sids {
				if media := s.media(sid); len(media) != 1 || media[0].Status != "completed" {
					t.Errorf("%s has %d Media", sid, len(media))
				}
			}
			if tapes := strings.Join(s.tapes(), " "); tapes != "completed completed" {
				t.Errorf("the carrier has %s", tapes)
			}
			s.logTellsNobody()
		})
	}
}

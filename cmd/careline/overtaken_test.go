package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// cutClaims ends the sessions of a database that hold claims, as a failure of the
// network or of the server would. It waits until there are some: right after a
// restart there are none.
func cutClaims(t *testing.T, url string) {
	t.Helper()
	eventually(t, "a session to cut", func() bool {
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			return false
		}
		defer conn.Close(t.Context())
		var cut int
		err = conn.QueryRow(t.Context(), `SELECT count(pg_terminate_backend(a.pid)) FROM pg_stat_activity a
			WHERE a.datname = current_database() AND a.application_name = 'careline'
			AND EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'advisory' AND l.objsubid = 1)`).Scan(&cut)
		return err == nil && cut > 0
	})
}

// slow has the health record take its time for the next request of the method; the
// function returned waits until it has begun to.
func (s *system) slow(method string, by time.Duration) (begun func()) {
	s.t.Helper()
	faults := s.fhirRoot() + "/sandbox/v1/faults"
	s.put(faults, []map[string]any{{"kind": "tail", "method": method, "path": "/Communication", "share": 1, "times": 1, "delayMs": by.Milliseconds()}})
	return func() {
		s.t.Helper()
		eventually(s.t, "a slow "+method, func() bool {
			return !strings.Contains(string(s.get(faults, s.fhirToken())), "tail")
		})
	}
}

// slowly is how long the record takes where it is slow: less than careline waits, and
// longer than it takes another instance to find a call that nobody has.
const slowly = 8 * time.Second

// cutOff is a delivery's line that tells that it was cut off, or that nobody did so.
var cutOff = regexp.MustCompile(`"outcome":"interrupted"|"took_ms":8\d{3}`)

// TestServeEndsOnceACallThatWasTakenOver has an instance lose its claim while the record is
// slow to take a version: another one files the call to its end meanwhile. The slow
// version comes last, and must not be what the record says.
func TestServeEndsOnceACallThatWasTakenOver(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	first := newSystem(t, map[string]string{"DATABASE_URL": url})
	second := first.beside()
	begun := first.slow("PUT", slowly)
	a := first.reaching(answers)
	key := second.call(a, answers)
	begun()
	over := time.NewTimer(slowly)
	defer over.Stop()
	cutClaims(t, url)
	second.record(key, final)
	<-over.C
	eventually(t, "what was slow to end", func() bool {
		return cutOff.MatchString(first.log.String() + second.log.String())
	})
	checkEnds(t, second.record(key, func([]communication) bool { return true }))
}

// TestServeMakesNoSecondOfACreateThatWasTakenOver: the slow first version is stored after
// another instance has made the call's Communication and filed it to its end.
func TestServeMakesNoSecondOfACreateThatWasTakenOver(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	first := newSystem(t, map[string]string{"DATABASE_URL": url})
	second := first.beside()
	begun := first.slow("POST", slowly)
	a := first.reaching(answers)
	key := second.call(a, answers)
	begun()
	cutClaims(t, url)
	eventually(t, "the second Communication to be taken back", func() bool {
		standing, withdrawn := 0, 0
		for _, c := range first.search("Communication?identifier=https://www.twilio.com/|" + key) {
			if c.Status == "entered-in-error" {
				withdrawn++
			} else {
				standing++
			}
		}
		return standing == 1 && withdrawn == 1
	})
}

// checkEnds is whether no version after one that is final is not; they come oldest
// first.
func checkEnds(t *testing.T, versions []communication) {
	t.Helper()
	newestFirst := slices.Clone(versions)
	slices.Reverse(newestFirst)
	for _, v := range reopened(newestFirst) {
		t.Error("the call was over, and then not:", v)
	}
	if last := newestFirst[0]; !final(versions) {
		t.Errorf("left at %s/%s", last.Status, last.says("callStatus"))
	}
}

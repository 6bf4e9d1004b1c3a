package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/fhir"
	"perci.health/careline/pubsub"
	"perci.health/careline/store"
	"perci.health/careline/twilio"
)

// settle waits until no call stands in the record twice. A process that dies while
// it makes a call's Communication may leave a second one behind, which is taken
// back at the call's end, or when doubted calls are looked at again.
func (s *soak) settle() {
	s.t.Helper()
	began := time.Now()
	again := time.NewTicker(time.Second)
	defer again.Stop()
	for ; ; <-again.C {
		var standing struct{ Total int }
		decode(s.t, s.system.get(s.system.world.FHIRURL+"/Communication?status:not=entered-in-error&_summary=count", s.system.fhirToken()), &standing)
		switch {
		case standing.Total == len(s.load.calls):
			return
		case standing.Total < len(s.load.calls):
			s.t.Errorf("the health record has %d Communications of %d calls", standing.Total, len(s.load.calls))
			return
		case time.Since(began) > calls.SettleEvery+patience:
			s.t.Errorf("the health record has %d Communications of %d calls, and nobody takes the others back", standing.Total, len(s.load.calls))
			return
		}
	}
}

// soakTally is what the check has seen.
type soakTally struct {
	mu                                                                           sync.Mutex
	dialled, refused, acknowledged, events, unkept, doubted, withdrawn, versions int
	faults                                                                       int
	twice                                                                        int // see follow
}

// faultsShown is after how many calls that are wrong no more are told.
const faultsShown = 10

// check compares, for every call, what was acknowledged, what the log holds and
// what the health record says. The instances have stopped.
func (s *soak) check() {
	s.t.Helper()
	log, err := openLog(s.t.Context(), store.Config{URL: s.database, Consumers: []string{chart}, Outbound: []string{pubsub.ForwardConsumer}})
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() {
		if err := log.Close(); err != nil {
			s.t.Error(err)
		}
	}()
	var told soakTally
	reader := recordReader{system: s.system, token: s.system.fhirToken()}
	all := make(chan *stormCall)
	var checking sync.WaitGroup
	for range 4 {
		checking.Go(func() {
			for c := range all {
				told.add(s, c.check(s, log, reader, &told), c)
			}
		})
	}
	for _, c := range s.load.calls {
		all <- c
	}
	close(all)
	checking.Wait()
	if told.faults > 0 {
		s.t.Errorf("%d of %d calls are wrong", told.faults, len(s.load.calls))
	}
	// Each needs an answer of the record that was lost, or an instance that died on it.
	if cut := s.happened.cut(len(s.instances)); told.twice > cut {
		s.t.Errorf("%d calls have two versions for one event, and only %d times something was cut off", told.twice, cut)
	}
	// Whether a try was lost is chance in a short run: what is killed may just be idle.
	if told.dialled == 0 || s.load.repeated == 0 {
		s.t.Error("nothing was dialled or doubled: this was no load")
	}
	s.t.Logf("%d instances, troubles %v: %d calls, %d dialled, %d refused; %d webhooks sent, %d of them doubled at once, %d tries lost; "+
		"%d reports acknowledged, %d events kept, %d dial results answered and not kept; %d versions; %d first filings doubted, %d second ones withdrawn, %d events with two versions; all in %v",
		len(s.instances), s.happened, len(s.load.calls), told.dialled, told.refused, len(s.load.script), s.load.repeated, s.load.lost,
		told.acknowledged, told.events, told.unkept, told.versions, told.doubted, told.withdrawn, told.twice, time.Since(s.began).Round(time.Millisecond))
}

func (told *soakTally) add(s *soak, faults []string, c *stormCall) {
	told.mu.Lock()
	defer told.mu.Unlock()
	if len(faults) == 0 {
		return
	}
	told.faults++
	if told.faults <= faultsShown {
		s.t.Errorf("call %s:\n%s\nwhat the instances said of it:\n%s", c.key, strings.Join(faults, "\n"), s.linesOf(c))
	}
}

// linesOf are the lines of the instances' logs that name the call.
func (s *soak) linesOf(c *stormCall) string {
	var lines strings.Builder
	for n, i := range s.instances {
		text, err := os.ReadFile(i.log)
		if err != nil {
			fmt.Fprintln(&lines, err)
		}
		for line := range strings.Lines(string(text)) {
			if strings.Contains(line, c.key) || strings.Contains(line, c.leg) || strings.Contains(line, `"msg":"started"`) {
				fmt.Fprintf(&lines, "%d: %s", n, line)
			}
		}
	}
	return lines.String()
}

// check returns what is wrong with the call.
func (c *stormCall) check(s *soak, log store.Store, reader recordReader, told *soakTally) (faults []string) {
	ctx := s.t.Context()
	events, err := log.Events(ctx, c.key)
	if err != nil {
		return []string{err.Error()}
	}
	alone, err := log.Events(ctx, c.leg)
	if err != nil {
		return []string{err.Error()}
	}
	filing, err := log.Filing(ctx, c.key)
	if err != nil {
		return []string{err.Error()}
	}
	if len(alone) > 0 {
		faults = append(faults, fmt.Sprintf("%d reports of its member's leg stand alone", len(alone)))
	}
	expected, unkept, wrong := c.expected(events)
	faults = append(faults, wrong...)
	if len(wrong) > 0 {
		return faults
	}
	record, err := reader.read(ctx, c)
	if err != nil {
		return append(faults, err.Error())
	}
	wrong, twice := record.check(s, c, events, expected)
	faults = append(faults, wrong...)
	if record.withdrawn > 0 && !filing.Doubted {
		faults = append(faults, fmt.Sprintf("%d Communications were withdrawn though none was doubted", record.withdrawn))
	}
	told.mu.Lock()
	defer told.mu.Unlock()
	told.acknowledged += len(c.acknowledged)
	told.events += len(events)
	told.unkept += unkept
	told.withdrawn += record.withdrawn
	told.versions += len(record.versions)
	if twice {
		told.twice++
	}
	if filing.Doubted {
		told.doubted++
	}
	if c.dialled {
		told.dialled++
	} else {
		told.refused++
	}
	return faults
}

// expected is the call as the acknowledged webhooks tell it, read from them anew
// and not from the log; of the log only which dial results it has, why a call was
// refused, and when each was kept.
func (c *stormCall) expected(kept []careline.CallEvent) (call careline.Call, unkept int, faults []string) {
	times, at, refusal := map[string]int{}, map[string]time.Time{}, careline.Refusal("")
	for _, e := range kept {
		times[telling(e.Kind, e.Leg, e.Order, e.Word)]++
		at[telling(e.Kind, e.Leg, e.Order, e.Word)] = e.Kept
		refusal += e.Request.Refusal
	}
	var events []careline.CallEvent
	seen := map[string]bool{}
	for _, r := range c.reports {
		if seen[r.tells] || !c.acknowledged[r.tells] {
			continue
		}
		seen[r.tells] = true
		if times[r.tells] == 0 && r.path == twilio.PathDialResult {
			unkept++
			continue
		}
		e, err := c.event(r, refusal)
		if err != nil {
			faults = append(faults, err.Error())
		}
		e.Kept = at[r.tells]
		events = append(events, e)
		if times[r.tells] != 1 {
			faults = append(faults, fmt.Sprintf("acknowledged, and kept %d times: %s", times[r.tells], r.tells))
		}
		delete(times, r.tells)
	}
	for tells := range times {
		if !c.asked[tells] || !strings.HasPrefix(tells, string(careline.KindDialEnded)) {
			faults = append(faults, fmt.Sprintf("kept, and not acknowledged (sent: %v): %s", c.asked[tells], tells))
		}
	}
	if c.dialled != (refusal == "") || refusal != "" && refusal != careline.RefusedUnchecked {
		faults = append(faults, fmt.Sprintf("dialled: %v, and the log says %q", c.dialled, refusal))
	}
	return careline.Fold(events), unkept, faults
}

// event is what a webhook tells.
func (c *stormCall) event(r *report, refusal careline.Refusal) (careline.CallEvent, error) {
	if r == c.reports[0] {
		patient := careline.Reference("Patient/" + c.appointment.Patient)
		to, err := careline.ParsePhone(r.form.Get("To"), "GB")
		if err != nil {
			return careline.CallEvent{}, err
		}
		e := careline.CallEvent{ID: c.key + "/request", Call: c.key, Leg: c.key, Kind: careline.KindRequested, Appointment: c.appointment.ID,
			Request: careline.Request{Clinician: c.appointment.Practitioner, Patient: patient, Recipient: patient, To: to}}
		if refusal != "" {
			e.Kind, e.Request = careline.KindRefused, careline.Request{Clinician: c.appointment.Practitioner, Refusal: refusal, To: to}
		}
		return e, nil
	}
	path, query, _ := strings.Cut(r.path, "?")
	subject := map[string]twilio.Subject{twilio.PathCallStatus: twilio.SubjectCallStatus, twilio.PathDialResult: twilio.SubjectDialResult,
		twilio.PathAMD: twilio.SubjectMachineDetection}[path]
	form, err := twilio.ParseForm([]byte(r.form.Encode() + "&" + query))
	if err != nil {
		return careline.CallEvent{}, err
	}
	e, err := twilio.Event(subject, form)
	e.Call = c.key
	return e, err
}

// communication is the call's Communication without what the server stamps on it.
// What the log cannot tell, the appointment does.
func (c *stormCall) communication(s *soak, call careline.Call) string {
	if call.Patient == "" {
		call.Patient = careline.Reference("Patient/" + c.appointment.Patient)
		call.Recipient = call.Patient
	}
	call.Sender = careline.Reference(s.senders[c.appointment.ID])
	text, err := json.Marshal(fhir.Systems{}.CommunicationOf(call, false))
	if err != nil {
		s.t.Error(err)
	}
	return plain(text)
}

// plain is a resource in one way of writing, without id and meta, and without the
// names beside its references, which no webhook tells; "" of none.
func plain(text []byte) string {
	var resource map[string]any
	if json.Unmarshal(text, &resource) != nil {
		return ""
	}
	delete(resource, "id")
	delete(resource, "meta")
	unname(resource)
	text, _ = json.Marshal(resource) // it was JSON
	return string(text)
}

// recordReader reads the health record.
type recordReader struct {
	system *system
	token  string
}

// recorded is a call in the health record.
type recorded struct {
	standing  []string // ids of those that are not withdrawn
	byLeg     []string // the same, found by the member's leg
	withdrawn int
	versions  []string // of the one that stands, oldest first, each as plain has it
	reopened  []string // of all of them, versions that are not final and stand after one that is
}

func (r recordReader) read(ctx context.Context, c *stormCall) (found recorded, err error) {
	var withdrawn []string
	for _, sid := range []string{c.key, c.leg} {
		entries, err := r.entries("Communication?_count=100&identifier=" + url.QueryEscape("https://www.twilio.com/|"+sid))
		if err != nil {
			return found, err
		}
		for _, one := range entries {
			switch {
			case one.Status == "entered-in-error" && sid == c.key:
				found.withdrawn++
				withdrawn = append(withdrawn, one.ID)
			case one.Status == "entered-in-error":
			case sid == c.key:
				found.standing = append(found.standing, one.ID)
			default:
				found.byLeg = append(found.byLeg, one.ID)
			}
		}
	}
	for _, id := range slices.Concat(found.standing, withdrawn) {
		history, err := r.entries("Communication/" + id + "/_history?_count=1000")
		if err != nil {
			return found, err
		}
		found.reopened = append(found.reopened, reopened(history)...)
	}
	if len(found.standing) != 1 {
		return found, ctx.Err()
	}
	history, err := r.entries("Communication/" + found.standing[0] + "/_history?_count=1000")
	for _, version := range history {
		found.versions = append(found.versions, plain(version.raw))
	}
	slices.Reverse(found.versions)
	return found, err
}

// reopened are the versions, given newest first, that are not final and stand after
// one that is.
func reopened(history []communication) (found []string) {
	over := false
	for _, v := range slices.Backward(history) {
		switch v.Status {
		case "completed", "not-done", "entered-in-error":
			over = true
		default:
			if over {
				found = append(found, fmt.Sprintf("Communication/%s/_history/%s: %s, %s", v.ID, v.Meta.VersionID, v.Status, v.says("callStatus")))
			}
		}
	}
	return found
}

func (r recordReader) entries(query string) (found []communication, err error) {
	var bundle struct {
		Entry []struct{ Resource json.RawMessage }
	}
	if err := json.Unmarshal(r.system.get(r.system.world.FHIRURL+"/"+query, r.token), &bundle); err != nil {
		return nil, err
	}
	for _, e := range bundle.Entry {
		one := communication{raw: e.Resource}
		if err := json.Unmarshal(e.Resource, &one); err != nil {
			return nil, err
		}
		found = append(found, one)
	}
	return found, nil
}

// check returns what is wrong with the record of a call, and whether an event has
// two versions in the way that follow allows.
func (r recorded) check(s *soak, c *stormCall, events []careline.CallEvent, expected careline.Call) (faults []string, twice bool) {
	if len(r.reopened) > 0 {
		faults = append(faults, "the call was over, and then not:\n"+strings.Join(r.reopened, "\n"))
	}
	if len(r.standing) != 1 || len(r.versions) == 0 {
		return append(faults, fmt.Sprintf("%d Communications, %d versions", len(r.standing), len(r.versions))), false
	}
	if expected.MemberLeg != "" && !slices.Equal(r.standing, r.byLeg) {
		faults = append(faults, fmt.Sprintf("found by its own id: %v, by its member's leg: %v", r.standing, r.byLeg))
	}
	if diff := cmp.Diff(c.communication(s, expected), r.versions[len(r.versions)-1]); diff != "" {
		faults = append(faults, "the record does not say what was acknowledged (-acknowledged +record):\n"+diff)
	}
	at := c.follow(s, events, r.versions, false)
	if at != "" {
		twice = c.follow(s, events, r.versions, true) == ""
	}
	if at != "" && !twice {
		faults = append(faults, at)
	}
	return faults, twice
}

// follow holds the versions against the log: the first is the first state of the
// call that can be recorded, each further one the state after the next event that
// changed anything, the last the state after all. It returns where they part, ""
// when they do not.
//
// A report that does not say whose leg it is about stands aside until another one
// names the leg; the states before that may hold it or not. Twice allows what
// happens when the answer to a version without it was lost, or its instance died
// on it, and the link came before the repetition: that writes one with it.
func (c *stormCall) follow(s *soak, events []careline.CallEvent, versions []string, twice bool) string {
	linked := slices.IndexFunc(events, func(e careline.CallEvent) bool {
		return e.Kind == careline.KindProgress || e.MemberLeg != ""
	})
	at := map[int]bool{0: true} // how many versions may be written so far
	for n := range events {
		states := [][]careline.CallEvent{events[:n+1]}
		if n < linked {
			states = append(states, slices.DeleteFunc(slices.Clone(events[:n+1]), func(e careline.CallEvent) bool {
				return e.Kind == careline.KindMachineDetection
			}))
		}
		next := map[int]bool{}
		for _, state := range states {
			c.step(s, careline.Fold(state), versions, at, next)
		}
		if twice && n < linked {
			c.step(s, careline.Fold(states[0]), versions, maps.Clone(next), next)
		}
		if len(next) == 0 {
			return fmt.Sprintf("the versions leave the log at event %d of %d (%s):\n%s\nthe log's state is\n%s",
				n+1, len(events), telling(events[n].Kind, "", events[n].Order, events[n].Word), strings.Join(versions, "\n"), c.communication(s, careline.Fold(events[:n+1])))
		}
		at = next
	}
	if !at[len(versions)] {
		return fmt.Sprintf("there are more versions than the log has states:\n%s", strings.Join(versions, "\n"))
	}
	return ""
}

// step adds to next the places that the versions may be at after one more state.
func (c *stormCall) step(s *soak, call careline.Call, versions []string, at, next map[int]bool) {
	says := c.communication(s, call)
	for n := range at {
		switch {
		case !call.Recordable(), n > 0 && versions[n-1] == says:
			next[n] = true
		case n < len(versions) && versions[n] == says:
			next[n+1] = true
		}
	}
}

package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/sandbox"
)

// traffic is Twilio while the service is being killed: calls without end, several
// at once, each with its reports crossed and some of them doubled.
type traffic struct {
	t       *testing.T
	world   *sandbox.World
	url     string // of the service, as Twilio was given it
	client  *http.Client
	session func(practitioner string) string // signs in
	running sync.WaitGroup
	last    chan struct{} // closed: begin no further call

	mu           sync.Mutex
	up           chan struct{} // closed while the service is there to be asked
	acknowledged int
	mark         int           // reached is closed at so many acknowledgements
	reached      chan struct{} // nil: nobody waits
	calls        []*placed
	lost, left   int // requests without an answer; those of them that were never repeated
	dialled      int
}

// placed is one call of the traffic.
type placed struct {
	key, leg    string
	appointment sandbox.Appointment
	reports     []*report

	mu           sync.Mutex
	acknowledged map[string]bool // what the service has said 200 to, by what it tells
	asked        map[string]bool // all that was sent
}

// report is one webhook, or what the clinician notes.
type report struct {
	path  string
	form  url.Values
	note  string // JSON; empty: a webhook
	tells string // as telling has it
}

// callers is how many calls go on at once, and hurry how many reports of one call
// are on their way at once.
const (
	callers = 6
	hurry   = 3
)

func newTraffic(v *victim) *traffic {
	t, world := v.t, v.system.world
	l := &traffic{t: t, world: world, url: v.url, session: v.system.session, last: make(chan struct{}), up: make(chan struct{}),
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2 * callers * hurry}}}
	t.Cleanup(l.client.CloseIdleConnections)
	return l
}

// start begins to call; each caller has a sequence of chances of its own.
func (l *traffic) start(ctx context.Context, seed uint64) {
	for n := range uint64(callers) {
		chance := rand.New(rand.NewPCG(seed, n+1))
		l.running.Go(func() {
			for l.more(ctx) {
				l.play(ctx, chance, newPlaced(chance, l.world))
			}
		})
	}
}

func (l *traffic) more(ctx context.Context) bool {
	select {
	case <-l.last:
		return false
	default:
		return ctx.Err() == nil
	}
}

// finish lets the calls under way come to their end, with every report that is
// still to be repeated.
func (l *traffic) finish() {
	close(l.last)
	l.running.Wait()
}

// open and shut tell whether the service is there to be asked: a request that
// finds it gone waits for it, and is then sent again.
func (l *traffic) open() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.up)
}

func (l *traffic) shut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.up = make(chan struct{})
}

func (l *traffic) isUp() chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.up
}

// after is closed when n more requests have been acknowledged.
func (l *traffic) after(n int) chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	reached := make(chan struct{})
	if n == 0 {
		close(reached)
		return reached
	}
	l.mark, l.reached = l.acknowledged+n, reached
	return reached
}

func (l *traffic) count(answer string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acknowledged++
	if strings.Contains(answer, "<Dial") {
		l.dialled++
	}
	if l.reached != nil && l.acknowledged >= l.mark {
		close(l.reached)
		l.reached = nil
	}
}

// play sends a call's webhooks: the request first, then the reports in the order
// in which they were shuffled, several at once.
func (l *traffic) play(ctx context.Context, chance *rand.Rand, c *placed) {
	l.mu.Lock()
	l.calls = append(l.calls, c)
	l.mu.Unlock()
	l.insist(ctx, c, c.reports[0], chance.IntN(6) > 0)
	turns := make(chan struct{}, hurry)
	var sending sync.WaitGroup
	for _, r := range c.reports[1:] {
		repeats := chance.IntN(6) > 0
		turns <- struct{}{}
		sending.Go(func() {
			l.insist(ctx, c, r, repeats)
			<-turns
		})
	}
	sending.Wait()
}

// insist sends a report until it is acknowledged. One that is not to be repeated
// is left at the first answer that is lost: then the service may have it or not.
func (l *traffic) insist(ctx context.Context, c *placed, r *report, repeats bool) {
	for {
		select {
		case <-l.isUp():
		case <-ctx.Done():
			return
		}
		answer, acknowledged := l.send(ctx, c, r)
		if acknowledged {
			c.note(c.acknowledged, r.tells)
			l.count(answer)
			return
		}
		if answer == notNoted {
			return
		}
		l.mu.Lock()
		l.lost++
		if !repeats {
			l.left++
		}
		l.mu.Unlock()
		if !repeats || ctx.Err() != nil {
			return
		}
	}
}

// send is acknowledged when the whole of an answer 200 was read, other than the
// one that says to the clinician that the call was not kept.
func (l *traffic) send(ctx context.Context, c *placed, r *report) (answer string, acknowledged bool) {
	c.note(c.asked, r.tells)
	req, err := l.requestOf(ctx, c, r)
	if err != nil {
		l.t.Error(err)
		return "", false
	}
	res, err := l.client.Do(req)
	if err != nil {
		return "", false
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode == http.StatusServiceUnavailable || strings.Contains(string(body), "could not be recorded") {
		return "", false
	}
	if r.note != "" && res.StatusCode != http.StatusOK {
		return notNoted, false
	}
	if res.StatusCode != http.StatusOK {
		l.t.Errorf("%s was answered %s: %s", r.path, res.Status, body)
	}
	return string(body), true
}

// notNoted stands for an answer that refuses a note: the call is not known, or was over
// long ago, or its clinician has noted too many.
const notNoted = "not noted"

func (l *traffic) requestOf(ctx context.Context, c *placed, r *report) (*http.Request, error) {
	address := l.url + r.path
	if r.note != "" {
		req, err := http.NewRequestWithContext(ctx, http.MethodPut, address, strings.NewReader(r.note))
		if err == nil {
			req.Header.Set("Authorization", "Bearer "+l.session(c.appointment.Practitioner))
		}
		return req, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(r.form.Encode()))
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("X-Twilio-Signature", signature(l.world.AuthToken, address, r.form))
	}
	return req, err
}

// signature is Twilio's: the URL, then each parameter's name and value in the
// order of the names (Twilio, usage/security, "Validating Signatures").
func signature(token, address string, form url.Values) string {
	mac := hmac.New(sha1.New, []byte(token))
	_, _ = io.WriteString(mac, address)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		_, _ = io.WriteString(mac, name+form.Get(name))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (c *placed) note(in map[string]bool, tells string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	in[tells] = true
}

// newPlaced makes up a call of one of the clinic's appointments to a number that
// is on file, and all that Twilio will report of it.
func newPlaced(chance *rand.Rand, world *sandbox.World) *placed {
	c := &placed{acknowledged: map[string]bool{}, asked: map[string]bool{},
		key: fmt.Sprintf("CA%016x%016x", chance.Uint64(), chance.Uint64()), leg: fmt.Sprintf("CA%016x%016x", chance.Uint64(), chance.Uint64())}
	c.appointment = world.Clinic.Appointments[chance.IntN(len(world.Clinic.Appointments))]
	c.reports = []*report{c.request(world)}
	life := [][]string{
		{"initiated", "ringing", "in-progress", "completed"}, {"initiated", "ringing", "busy"},
		{"initiated", "ringing", "no-answer"}, {"initiated", "failed"}, {"initiated", "ringing", "canceled"},
	}[max(0, chance.IntN(8)-3)]
	outcome := life[len(life)-1]
	for n, word := range life {
		c.reports = append(c.reports, c.progress(n, word))
	}
	if outcome == "completed" && chance.IntN(2) == 0 {
		c.reports = append(c.reports, c.detection())
	}
	if chance.IntN(3) > 0 {
		c.reports = append(c.reports, c.dialResult(outcome))
	}
	if chance.IntN(2) == 0 {
		c.reports = append(c.reports, c.clinicianLeft())
	}
	for _, r := range c.reports {
		r.form.Set("AccountSid", world.AccountSID)
		r.form.Set("ApiVersion", "2010-04-01")
	}
	for _, r := range slices.Clone(c.reports) {
		if chance.IntN(4) == 0 {
			c.reports = append(c.reports, r)
		}
	}
	rest := c.reports[1:]
	chance.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	if chance.IntN(2) == 0 {
		c.reports = slices.Insert(c.reports, 1, c.noted())
	}
	return c
}

func (c *placed) request(world *sandbox.World) *report {
	number := ""
	for _, m := range world.Clinic.Members {
		if m.ID == c.appointment.Patient {
			number = m.Phones[0].Number
		}
	}
	caller := "client:" + c.appointment.Practitioner
	return &report{path: "/v1/twilio/outgoing", tells: telling(careline.KindRequested, c.key, 0, ""), form: url.Values{
		"CallSid": {c.key}, "ApplicationSid": {world.ApplicationSID}, "CallStatus": {"ringing"}, "Direction": {"inbound"},
		"Caller": {caller}, "From": {caller}, "To": {number}, "Called": {number}, "appointmentId": {c.appointment.ID}}}
}

func (c *placed) callback(name string) string {
	return "/v1/twilio/webhooks/" + name + "?AppointmentId=" + c.appointment.ID
}

// at is a time in the call's life as Twilio writes it.
func (c *placed) at(second int) string {
	return time.Date(2025, 8, 4, 9, 5, second, 0, time.UTC).Format("Mon, 2 Jan 2006 15:04:05 -0700")
}

func (c *placed) progress(n int, word string) *report {
	r := &report{path: c.callback("call-status"), tells: telling(careline.KindProgress, c.leg, n, word), form: url.Values{
		"CallSid": {c.leg}, "ParentCallSid": {c.key}, "CallStatus": {word}, "Direction": {"outbound-dial"},
		"SequenceNumber": {fmt.Sprint(n)}, "Timestamp": {c.at(n)}}}
	if word == "completed" {
		r.form.Set("CallDuration", "17")
	}
	return r
}

// noted is what the clinician notes while the call goes on: it begins together with the
// first reports.
func (c *placed) noted() *report {
	return &report{
		path:  "/bff_clinical/v1/calls/" + c.key + "/note",
		note:  `{"outcome":"other","text":"` + remarkOf(c.key) + `"}`,
		tells: telling(careline.KindNoted, "", 0, ""),
	}
}

// remarkOf is what is noted of a call.
func remarkOf(key string) string { return "Noted of " + key + "." }

func (c *placed) detection() *report {
	return &report{path: c.callback("amd"), tells: telling(careline.KindMachineDetection, c.leg, 0, ""), form: url.Values{
		"CallSid": {c.leg}, "AnsweredBy": {"human"}, "MachineDetectionDuration": {"2100"}}}
}

func (c *placed) dialResult(outcome string) *report {
	r := &report{path: "/v1/twilio/webhooks/dial-result", tells: telling(careline.KindDialEnded, c.key, 0, outcome), form: url.Values{
		"CallSid": {c.key}, "CallStatus": {"in-progress"}, "DialCallSid": {c.leg}, "DialCallStatus": {outcome}, "Direction": {"inbound"}}}
	if outcome == "completed" {
		r.form.Set("DialCallDuration", "17")
	}
	return r
}

func (c *placed) clinicianLeft() *report {
	return &report{path: "/v1/twilio/webhooks/call-status", tells: telling(careline.KindClinicianLeg, c.key, 1, "completed"), form: url.Values{
		"CallSid": {c.key}, "CallStatus": {"completed"}, "Direction": {"inbound"}, "From": {"client:" + c.appointment.Practitioner},
		"SequenceNumber": {"1"}, "Timestamp": {c.at(9)}, "CallDuration": {"21"}}}
}

// telling is what tells one report of a call from every other.
func telling(kind careline.Kind, leg string, order int, word string) string {
	if kind == careline.KindRefused {
		kind = careline.KindRequested // the same request, decided otherwise
	}
	return fmt.Sprint(kind, " ", leg, " ", order, " ", word)
}

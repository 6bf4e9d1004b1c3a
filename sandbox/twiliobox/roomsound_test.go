package twiliobox_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"perci.health/careline/sandbox/media"
)

// hall is TwiML that leads into a room for as long as a test takes, without beeps.
func hall(attrs string) string {
	return `<Response><Dial action="/result"><Conference beep="false" statusCallback="/room" statusCallbackEvent="join leave" ` + attrs + `>hall</Conference></Dial></Response>`
}

// guest is somebody in the hall with a browser, who says a tone.
type guest struct {
	*browser
	phone *softphone
	sid   string
	hz    float64
}

// come has somebody enter the hall.
func (w *wired) come(hz float64, attrs string) *guest {
	w.t.Helper()
	w.publish("/voice", hall(attrs))
	g := &guest{phone: w.listening(), hz: hz}
	g.browser = g.phone.invite(fmt.Sprint("TJS", hz), "")
	answer := g.phone.next("answer")
	g.accept(answer.Payload.SDP)
	g.sid = answer.Payload.CallSID
	g.say(media.Tone(hz))
	return g
}

// publish changes a page while the box may ask for it.
func (w *world) publish(path, twiml string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages[path] = xmlPage(twiml)
}

func (w *wired) change(label, form string) {
	w.t.Helper()
	if code := w.rest("POST", "/Conferences/hall/Participants/"+label+".json", form, nil); code != http.StatusOK {
		w.t.Fatalf("%s %s: %d", label, form, code)
	}
}

// deafTo checks that of half a second of sound, or silence, nothing is at a tone.
func (b *browser) deafTo(what string, hz float64) {
	b.t.Helper()
	const window = 25
	var all []media.Frame
	b.frames()
	eventually(b.t, what, func() bool {
		all = append(all, b.frames()...)
		return len(all) >= window
	})
	if share := media.Power(all, hz); share > 0.02 {
		b.t.Errorf("%s: %v Hz is heard with %.2f of the power", what, hz, share)
	}
}

// Three hear each other; who is on hold hears music and nobody hears him; then all
// again; who is muted listens; and who leaves leaves the others talking.
func TestRoomIsHeard(t *testing.T) {
	t.Parallel()
	w := newWired(t, "")
	a := w.come(500, `participantLabel="a"`)
	a.hears("the music of one who waits", media.MusicNotes()[0])
	b := w.come(900, `participantLabel="b"`)
	c := w.come(1300, `participantLabel="c"`)
	together := func(when string) {
		t.Helper()
		a.hears("b and c "+when, 900, 1300)
		b.hears("a and c "+when, 500, 1300)
		c.hears("a and b "+when, 500, 900)
		a.deafTo("a himself "+when, 500)
	}
	together("at first")

	w.change("a", "Hold=true")
	a.hears("music on hold", media.MusicNotes()[1])
	b.hears("c, with a on hold", 1300)
	b.deafTo("a, who is on hold", 500)
	a.deafTo("c, while on hold", 1300)
	w.change("a", "Hold=false")
	together("after the hold")

	w.change("b", "Muted=true")
	a.hears("c, with b muted", 1300)
	c.deafTo("b, who is muted", 900)
	b.hears("a and c, though muted", 500, 1300)
	w.change("b", "Muted=false")
	together("after b was muted")

	w.publish("/elsewhere", `<Response><Pause length="14400"/></Response>`)
	w.rest("POST", "/Calls/"+c.sid+".json", "Url="+url.QueryEscape(base+"/elsewhere"), nil)
	a.hears("b, without c", 900)
	b.hears("a, without c", 500)
	c.deafTo("a, out of the room", 500)
	a.deafTo("c, who is out of the room", 1300)

	d := w.come(1700, `muted="true"`)
	d.hears("a and b, muted from the beginning", 500, 900)
	a.deafTo("d, who came muted", 1700)
	d.phone.send("hangup", map[string]any{"callsid": d.sid})
	b.hears("a, without d", 500)
}

// Phones take part: one that answers by itself, and one whose page does.
func TestRoomOfPhones(t *testing.T) {
	t.Parallel()
	const robot, paged = "+447700900142", "+447700900801"
	w := newWired(t, "")
	w.script(robot, map[string]any{"outcome": "answer", "ringSeconds": 0, "talkSeconds": 0, "voice": "tone:1700"})
	a := w.come(500, `participantLabel="a" waitUrl=""`)
	add := func(to, early string) {
		t.Helper()
		form := url.Values{"From": {ours}, "To": {to}, "Label": {to}, "Timeout": {"600"}, "Beep": {"false"}, "EarlyMedia": {early}}
		if code := w.rest("POST", "/Conferences/hall/Participants.json", form.Encode(), nil); code != http.StatusCreated {
			t.Fatalf("add: %d", code)
		}
	}
	b := w.come(900, `participantLabel="b" waitUrl=""`)
	a.hears("b", 900)
	b.say(nil)
	add(paged, "true")
	a.hears("somebody being rung", 400, 450)
	page := w.page(paged)
	add(robot, "false")
	page.say(media.Tone(1300))
	a.hears("both phones", 1300, 1700)
	page.hears("the clinician and the robot", 500, 1700)
	w.change(url.PathEscape(paged), "Hold=true&HoldUrl="+url.QueryEscape(base+"/hold"))
	a.hears("the robot, with the page on hold", 1700)

	// The page is loaded again, and is where it was.
	page.close()
	page = w.page(paged)
	page.say(media.Tone(1300))
	a.deafTo("the page on hold, loaded again", 1300)
	w.change(url.PathEscape(paged), "Hold=false")
	a.hears("both phones again", 1300, 1700)

	// A person takes the place of the phone that answered by itself.
	other := w.page(robot)
	other.say(media.Tone(900))
	a.hears("two people", 900, 1300)
	other.hears("the clinician and the first page", 500, 1300)
}

// A hold's document, an announcement to one and to all, and the beep are heard.
func TestRoomSounds(t *testing.T) {
	t.Parallel()
	const played = 523.25
	w := newWired(t, "")
	w.publish("/sound", `<Response><Play loop="0">x.mp3</Play></Response>`)
	w.pages["/tune"] = page("audio/mpeg", "ID3")
	a := w.come(500, `participantLabel="a"`)
	b := w.come(900, `participantLabel="b"`)
	b.hears("a", 500)
	w.change("a", "Hold=true&HoldUrl="+url.QueryEscape(base+"/sound"))
	a.hears("the document of the hold", played)
	w.change("a", "Hold=false")
	a.hears("b after the hold", 900)
	w.change("a", "Hold=true&HoldUrl="+url.QueryEscape(base+"/tune"))
	for range 3 { // each longer than a recording is played once
		a.hears("the tune of the hold", played)
	}
	w.change("a", "Hold=false")
	w.change("a", "AnnounceUrl="+url.QueryEscape(base+"/sound"))
	a.hears("the announcement beside b", played, 900)
	b.deafTo("the announcement to another", played)
	if code := w.rest("POST", "/Conferences/"+w.conferences("")[0].SID+".json", "AnnounceUrl="+url.QueryEscape(base+"/sound"), nil); code != http.StatusOK {
		t.Fatalf("announce: %d", code)
	}
	b.hears("the announcement to all", played, 500)
	a.say(nil)
	b.say(nil)
	w.publish("/voice", strings.Replace(hall(""), `beep="false"`, `beep="onEnter"`, 1))
	c := w.listening()
	b.frames()
	c.invite("TJSc", "")
	c.next("answer")
	b.hears("the beep", played, media.BeepTone)
}

// A call of two becomes a room of three, without a word being lost to either.
func TestRoomOutOfADialIsHeard(t *testing.T) {
	t.Parallel()
	const third = "+447700900143"
	w := newWired(t, dialTo(member, patient, ""))
	w.script(member, map[string]any{"outcome": "answer", "ringSeconds": 0, "talkSeconds": 0, "voice": "echo"})
	w.script(third, map[string]any{"outcome": "answer", "ringSeconds": 0, "talkSeconds": 0, "voice": "tone:1700"})
	p := w.listening()
	a, answer := p.inCall()
	a.say(media.Tone(500))
	a.hears("the echo", 500)

	w.publish("/result", hall(`participantLabel="p1"`))
	w.publish("/conference", hall(`participantLabel="p2"`))
	child := w.call(answer.Payload.CallSID).Legs[1].SID
	if code := w.rest("POST", "/Calls/"+child+".json", "Url="+url.QueryEscape(base+"/conference"), nil); code != http.StatusOK {
		t.Fatalf("redirect: %d", code)
	}
	eventually(t, "both in the room", func() bool { return len(w.at("/room")) == 2 })
	a.hears("the echo in the room", 500)
	form := url.Values{"From": {ours}, "To": {third}, "Label": {"p3"}, "Beep": {"false"}, "EarlyMedia": {"false"}}
	w.rest("POST", "/Conferences/hall/Participants.json", form.Encode(), nil)
	a.say(nil)
	a.hears("the third", 1700)
	if code := w.rest("DELETE", "/Conferences/hall/Participants/p2.json", "", nil); code != http.StatusNoContent {
		t.Errorf("remove: %d", code)
	}
	a.hears("the third, without the second", 1700)
	p.send("hangup", map[string]any{"callsid": answer.Payload.CallSID})
	eventually(t, "everybody gone but the third", func() bool {
		people := w.people("hall")
		return len(people) == 1 && people[0] == "p3 connected"
	})
}

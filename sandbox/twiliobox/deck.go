package twiliobox

import (
	"sync"
	"time"

	"perci.health/careline/sandbox/media"
)

// deck records what a leg says (the first channel) and what it hears (the second)
// onto the tapes of all recordings of the leg that are running. While a browser is
// at either end it records what really passes, on the wall clock. A call without
// one has no sound: then the deck asks the phones that nobody holds for theirs, as
// much as the call's clock says has passed, so that it is the same at any pace.
type deck struct {
	leg *leg

	part  time.Duration // of the call's clock, not yet a whole frame; its goroutine's
	count int           // recordings so far; the goroutine's too

	mu      sync.Mutex
	running []*recording
	live    *live // nil on the call's clock
	talking bool  // the leg is in progress
	alone   bool  // nobody asks for what the leg hears
	asking  bool  // for sound, by the call's clock
}

// live is recording on the wall clock.
type live struct {
	began       time.Time
	said, heard window
	done        int // frames that are on the tapes
	stop        chan struct{}
}

// at is the place of what is said and heard now.
func (l *live) at() int { return int(time.Since(l.began) / media.FrameTime) }

// deckOf is the deck of a leg, made when first asked for. Only the call's
// goroutine asks.
func (c *call) deckOf(l *leg) *deck {
	if l.deck == nil {
		l.deck = &deck{leg: l}
		l.line.deck.Store(l.deck)
		l.line.ear.deck.Store(l.deck)
	}
	return l.deck
}

// says takes what the leg's party says, from whichever goroutine that comes.
func (d *deck) says(f *media.Frame) {
	d.came(func(now *live) { now.said.put(f, now.at(), now.done) })
}

// hears is says for what the leg's party hears.
func (d *deck) hears(f *media.Frame) {
	d.came(func(now *live) { now.heard.put(f, now.at(), now.done) })
}

// came puts a frame in its place. One that nobody here has asked for is real sound,
// wherever it comes from: with it the wall clock begins.
func (d *deck) came(put func(*live)) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.live == nil && (d.asking || !d.talking || len(d.running) == 0) {
		return
	}
	if d.live == nil {
		d.begin()
	}
	d.settle(settled)
	put(d.live)
}

// begin goes over to the wall clock. It needs d.mu.
func (d *deck) begin() {
	d.live = &live{began: time.Now(), stop: make(chan struct{})}
	now := d.live
	d.leg.call().engine.running.Go(func() { d.run(now) })
}

// settle brings onto the tapes what is older than some frames. It needs d.mu.
func (d *deck) settle(older int) {
	var said, heard media.Frame
	for upTo := d.live.at() - older; d.live.done < upTo; d.live.done++ {
		d.live.said.take(d.live.done, &said)
		d.live.heard.take(d.live.done, &heard)
		d.write(&said, &heard)
	}
}

// write needs d.mu.
func (d *deck) write(said, heard *media.Frame) {
	for _, r := range d.running {
		r.write(said, heard)
	}
}

// passed is told how much of the call's time has passed since it was last asked,
// by the call's goroutine, before anything changes.
func (d *deck) passed(took time.Duration) {
	if !d.ask(true) {
		return
	}
	defer d.ask(false)

	d.part += took
	for ; d.part >= media.FrameTime; d.part -= media.FrameTime {
		said, heard := media.Silence(), media.Silence()
		d.leg.line.speak(&said)
		d.leg.line.ear.Next(&heard)
		d.mu.Lock()
		d.write(&said, &heard)
		d.mu.Unlock()
	}
}

// ask says whether the leg's sound is to be asked for, by the call's clock, and
// that this has begun or is done.
func (d *deck) ask(begun bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asking = begun && d.live == nil && d.talking && len(d.running) > 0
	return d.asking
}

// turn goes over to the wall clock when a browser has come, or to the call's when
// the last has gone. The call's goroutine calls it after every change.
func (d *deck) turn() {
	line := d.leg.line
	sounding := line.sounding() // a room's lock is taken before the deck's
	d.mu.Lock()
	defer d.mu.Unlock()
	d.talking, d.alone = d.leg.status == InProgress, line.silent()
	should := len(d.running) > 0 && d.talking && sounding
	switch {
	case should && d.live == nil:
		d.begin()
	case !should && d.live != nil:
		d.settle(0)
		close(d.live.stop)
		d.live = nil
	}
}

// run is the wall clock: it brings onto the tapes what has settled, and asks for
// what a leg hears when nobody else does.
func (d *deck) run(now *live) {
	beat := time.NewTicker(media.FrameTime)
	defer beat.Stop()
	asked := 0
	var f media.Frame
	for {
		d.mu.Lock()
		alone := d.alone
		if d.live == now {
			d.settle(settled)
		}
		d.mu.Unlock()
		for ; asked < now.at(); asked++ {
			if alone {
				d.leg.line.ear.Next(&f) // of which the deck is told
			}
		}

		select {
		case <-beat.C:
		case <-now.stop:
			return
		}
	}
}

// add puts a recording on; what passed before is not its.
func (d *deck) add(r *recording) {
	d.change(func() { d.running = append(d.running, r) })
}

// change does something to the running recordings, from now on.
func (d *deck) change(do func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.live != nil {
		d.settle(0)
	}
	do()
}

// passed tells the decks of a call of the time that has passed.
func (c *call) passed(took time.Duration) {
	if c.parent.deck != nil {
		c.parent.deck.passed(took)
	}
}

// turn lets the decks of a call see what has changed.
func (c *call) turn() {
	if c.parent.deck != nil {
		c.parent.deck.turn()
	}
}

// overheard is a phone that nobody holds, which is recorded. It may be asked by
// several at once.
type overheard struct {
	line *line
	mu   sync.Mutex
	robot
}

// Next is what the phone says.
func (o *overheard) Next(f *media.Frame) bool {
	o.mu.Lock()
	more := o.robot.Next(f)
	o.mu.Unlock()
	if more {
		o.line.deck.Load().says(f)
	}
	return more
}

// Write is what the phone hears.
func (o *overheard) Write(f *media.Frame) {
	o.mu.Lock()
	o.robot.Write(f)
	o.mu.Unlock()
	o.line.deck.Load().hears(f)
}

// speak is what the party on a line says of itself; silence when it is no phone
// that nobody holds.
func (l *line) speak(f *media.Frame) {
	if l.robot == nil || !l.robot.Next(f) {
		*f = media.Silence()
	}
}

// silent says whether nobody is on a line who would ask for what there is to hear,
// or be told of it.
func (l *line) silent() bool { return !l.audible() && l.robot == nil && l.seat == nil }

// sounding says whether there is real sound on a line: a browser, here, at the
// other side or in the room.
func (l *line) sounding() bool {
	return l.plug.Load() != nil || l.other != nil && l.other.plug.Load() != nil || l.seat != nil && l.seat.Live()
}

package media

import "slices"

// Seat is one party's place at a Mixer. What the party says is written to it, and
// what it hears is asked of it, 20 ms at a time; but of a Voice the mixer asks and
// tells these itself.
type Seat struct {
	mixer   *Mixer
	in, out *Pipe

	// Under the mixer's lock.
	voice   Voice
	muted   bool
	away    bool
	music   Source // while it is away; nil: silence
	over    []*heard
	coached *Seat // who alone hears this one, or nil
	said    sum   // in this frame, to the room
}

// Turn has another party on the seat: a voice, or with nil one that uses Write and
// Next.
func (s *Seat) Turn(v Voice) {
	s.mixer.mu.Lock()
	defer s.mixer.mu.Unlock()
	s.voice = v
	s.mixer.wind()
}

// Write is 20 ms that the party says. It never waits for long.
func (s *Seat) Write(f *Frame) { s.in.Write(f) }

// Next is 20 ms that the party hears. It always returns true: a room does not end.
func (s *Seat) Next(f *Frame) bool { return s.out.Next(f) }

// Live says whether the room's clock runs: somebody listens whose sound comes and
// goes by itself.
func (s *Seat) Live() bool {
	s.mixer.mu.Lock()
	defer s.mixer.mu.Unlock()
	return s.mixer.stop != nil
}

// Mute lets nobody hear the party, or lets them again.
func (s *Seat) Mute(muted bool) {
	s.mixer.mu.Lock()
	defer s.mixer.mu.Unlock()
	s.muted = muted
}

// Leave has the party hear music, silence when it is nil, and nobody else, and
// lets nobody hear it, until it is Back.
func (s *Seat) Leave(music Source) {
	s.mixer.mu.Lock()
	defer s.mixer.mu.Unlock()
	s.away, s.music = true, music
}

// Back ends what Leave began.
func (s *Seat) Back() {
	s.mixer.mu.Lock()
	defer s.mixer.mu.Unlock()
	s.away, s.music = false, nil
}

// Coach has one alone hear the party, who hears all; with nil all hear it again.
func (s *Seat) Coach(one *Seat) {
	s.mixer.mu.Lock()
	defer s.mixer.mu.Unlock()
	s.coached = one
}

// Play lets the party alone hear a sound, beside what it hears, until it ends or is
// stopped.
func (s *Seat) Play(sound Source) (stop func()) { return s.mixer.play(&s.over, sound) }

// Rise gives the place up.
func (s *Seat) Rise() {
	m := s.mixer
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seats = slices.DeleteFunc(m.seats, func(other *Seat) bool { return other == s })
	m.wind()
}

// listen takes what the party says now. The caller holds the mixer's lock.
func (s *Seat) listen() {
	var f Frame
	s.said = sum{}
	switch {
	case s.voice == nil:
		s.in.Next(&f)
	case !s.voice.Next(&f):
		return
	}
	if !s.muted && !s.away {
		s.said.add(&f)
	}
}

// hears is what the party hears now: all others, and what is played to it. The
// caller holds the mixer's lock.
func (s *Seat) hears(all, over *sum) *sum {
	var mine sum
	s.over = overheard(s.over, &mine)
	if s.away {
		s.rest(&mine)
		return &mine
	}

	mine.plus(all)
	mine.plus(over)
	if s.coached == nil {
		mine.minus(&s.said)
	}
	for _, other := range s.mixer.seats {
		if other.coached == s {
			mine.plus(&other.said)
		}
	}

	return &mine
}

// rest adds the music of a party that is away.
func (s *Seat) rest(to *sum) {
	var f Frame
	if s.music == nil {
		return
	}
	if !s.music.Next(&f) {
		s.music = nil
		return
	}
	to.add(&f)
}

func (s *Seat) speak(sound *sum) {
	var f Frame
	sound.frame(&f)
	if s.voice != nil {
		s.voice.Write(&f)
		return
	}
	s.out.Write(&f)
}

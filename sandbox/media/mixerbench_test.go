package media_test

import (
	"testing"
	"time"

	"perci.health/careline/sandbox/media"
)

// BenchmarkMixingRooms mixes 20 rooms of three who all speak and listen. An
// iteration lasts a second of wall clock, as it does in a call; what is counted is
// the processor's time, that of who speaks and listens included, and what of the
// sound that was due did not come.
func BenchmarkMixingRooms(b *testing.B) {
	const rooms, people = 20, 3
	var seats []*media.Seat
	for range rooms {
		m := media.NewMixer()
		for range people {
			seats = append(seats, m.Sit(nil))
		}
	}
	voice := take(media.Tone(440), 50)

	loud, due := 0, 0
	busy := processorTime(b)
	for b.Loop() {
		beat := time.NewTicker(media.FrameTime)
		for n := range voice {
			<-beat.C
			for _, s := range seats {
				var f media.Frame
				s.Write(&voice[n])
				s.Next(&f)
				due++
				if media.Level(&f) > 100 {
					loud++
				}
			}
		}
		beat.Stop()
	}
	used := processorTime(b) - busy

	for _, s := range seats {
		s.Rise()
	}
	b.ReportMetric(used.Seconds()/b.Elapsed().Seconds(), "cores")
	b.ReportMetric(100*float64(loud)/float64(due), "%-heard")
}

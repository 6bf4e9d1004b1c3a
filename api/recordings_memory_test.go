package api_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"

	"perci.health/careline"
	"perci.health/careline/api"
	"perci.health/careline/calls"
)

// BenchmarkHearRecording has ten recordings of 60 MB each heard at once, and tells by how
// much the heap in use was larger than before, at the most: nothing of a recording is held.
func BenchmarkHearRecording(b *testing.B) {
	const listeners, size = 10, 60 << 20
	bench, d := recordingBench(b, "asked")
	d.withRecordings()
	bench.cfg.Recordings.Sound = func(context.Context, string, string) (calls.Sound, error) {
		return calls.Sound{Type: "audio/mpeg", Length: size, Body: io.NopCloser(io.LimitReader(endless{}, size))}, nil
	}
	bench.cfg.Recordings.Heard = func(context.Context, careline.Look) error { return nil }
	bench.cfg.Visitor = func(_ context.Context, r *http.Request) (careline.Visitor, error) {
		return careline.Visitor{ID: r.Header.Get("Authorization"), Reviewer: true}, nil
	}
	server := httptest.NewServer(api.New(bench.cfg))
	defer server.Close()
	b.SetBytes(listeners * size)

	most := uint64(0)
	for b.Loop() {
		runtime.GC()
		before := heap()
		var all sync.WaitGroup
		for i := range listeners {
			all.Go(func() {
				r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, server.URL+"/bff_clinical/v1/calls/CA1/recordings/"+whole+"/audio", nil)
				if err != nil {
					b.Error(err)
					return
				}
				r.Header.Set("Authorization", fmt.Sprint("Bearer reviewer ", i))
				answer, err := http.DefaultClient.Do(r)
				if err != nil {
					b.Error(err)
					return
				}
				defer answer.Body.Close()
				if n, err := io.Copy(io.Discard, answer.Body); n != size || err != nil {
					b.Errorf("heard %d bytes: %v", n, err)
				}
			})
		}
		ended := make(chan struct{})
		go func() { all.Wait(); close(ended) }()
		for going := true; going; {
			select {
			case <-ended:
				going = false
			default:
				most = max(most, heap()-min(before, heap()))
				runtime.Gosched()
			}
		}
	}
	b.ReportMetric(float64(most)/(1<<20), "MB-held")
}

// endless is sound without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}

package telemetry

import (
	"bytes"
	"os"
	"runtime"
	"runtime/metrics"
	"strconv"
	"time"
)

// writeRuntime tells of the process and of Go's runtime, under the names that
// Prometheus's own Go client uses, so that common dashboards work.
func writeRuntime(t *exposition, started time.Time) {
	t.head("go_info", "The Go version.", "gauge")
	t.line("go_info", `version="`+escape(runtime.Version())+`"`, "1")
	samples := []metrics.Sample{
		{Name: "/sched/goroutines:goroutines"},
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/total:bytes"},
		{Name: "/gc/heap/allocs:bytes"},
		{Name: "/gc/cycles/total:gc-cycles"},
	}
	metrics.Read(samples)
	value := func(i int) float64 {
		if samples[i].Value.Kind() != metrics.KindUint64 {
			return 0 // a runtime that no longer has it
		}
		return float64(samples[i].Value.Uint64())
	}
	t.gauge("go_goroutines", "Goroutines that exist.", value(0))
	t.gauge("go_memstats_heap_alloc_bytes", "Bytes of heap objects.", value(1))
	t.gauge("go_memstats_sys_bytes", "Bytes mapped by the Go runtime.", value(2))
	t.counter("go_memstats_alloc_bytes_total", "Bytes allocated on the heap so far.", value(3))
	t.counter("go_gc_cycles_total_gc_cycles_total", "Garbage collections done.", value(4))
	t.gauge("process_start_time_seconds", "When the process began, in seconds since 1970.", float64(started.UnixMilli())/1000)
	writeProcess(t)
}

// clockTicks is USER_HZ, in which Linux tells times to programs: 100 on every
// architecture that Go runs on (proc(5), sysconf(3)).
const clockTicks = 100

// writeProcess reads Linux's own account of this process; elsewhere there is none
// and it writes nothing.
func writeProcess(t *exposition) {
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return
	}
	// The second field, the program's name in parentheses, may hold spaces.
	f := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(f) < 22 {
		return
	}
	field := func(n int) float64 { // as numbered in proc(5)
		v, err := strconv.ParseFloat(string(f[n-3]), 64)
		if err != nil {
			return 0
		}
		return v
	}
	t.counter("process_cpu_seconds_total", "Processor time used, user and system.", (field(14)+field(15))/clockTicks)
	t.gauge("process_virtual_memory_bytes", "Address space.", field(23))
	t.gauge("process_resident_memory_bytes", "Resident memory.", field(24)*float64(os.Getpagesize()))
	if open, err := os.ReadDir("/proc/self/fd"); err == nil {
		t.gauge("process_open_fds", "Open file descriptors.", float64(len(open)))
	}
}

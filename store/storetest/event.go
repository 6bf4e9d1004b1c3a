package storetest

import (
	"fmt"
	"slices"
	"testing"

	"perci.health/careline"
)

// Request is a clinician's request of a call.
func Request(call, clinician string) careline.CallEvent {
	return careline.CallEvent{
		ID:      call + "/request",
		Call:    call,
		Leg:     call,
		Kind:    careline.KindRequested,
		Request: careline.Request{Clinician: clinician},
	}
}

// RequestFor is Request, of a patient.
func RequestFor(call, clinician string, patient careline.Reference) careline.CallEvent {
	e := Request(call, clinician)
	e.Request.Patient = patient
	return e
}

// Progress is a report of a leg of a call; order is the carrier's.
func Progress(call, leg string, order int, status careline.Status) careline.CallEvent {
	return careline.CallEvent{
		ID:     fmt.Sprintf("%s/%d/%s", leg, order, status),
		Call:   call,
		Leg:    leg,
		Kind:   careline.KindProgress,
		Order:  order,
		Status: status,
		Word:   string(status),
	}
}

// AMD is a report of who answered, which names its leg alone.
func AMD(leg string) careline.CallEvent {
	return careline.CallEvent{
		ID:         leg + "/amd",
		Leg:        leg,
		Kind:       careline.KindMachineDetection,
		AnsweredBy: "human",
	}
}

// DialEnded is a report of how the Dial of a call ended.
func DialEnded(call, leg string, status careline.Status) careline.CallEvent {
	return careline.CallEvent{
		ID:        call + "/dial",
		Call:      call,
		Leg:       call,
		MemberLeg: leg,
		Kind:      careline.KindDialEnded,
		Status:    status,
		Word:      string(status),
	}
}

// Phone reads a British number.
func Phone(t *testing.T, text string) careline.Phone {
	t.Helper()
	p, err := careline.ParsePhone(text, "GB")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Permutations are all orders of the numbers below n.
func Permutations(n int) (all [][]int) {
	var grow func(done []int)
	grow = func(done []int) {
		if len(done) == n {
			all = append(all, slices.Clone(done))
			return
		}
		for i := range n {
			if !slices.Contains(done, i) {
				grow(append(done, i))
			}
		}
	}
	grow(nil)
	return all
}

package main

import (
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/fhir"
)

// exportedNote is what the clinician says came of a call; the one place besides the log
// where its text is written out.
type exportedNote struct {
	Outcome careline.ClinicianOutcome `json:"outcome,omitempty"`
	Text    string                    `json:"text,omitempty"`
	By      string                    `json:"by,omitempty"` // practitioner id
	At      time.Time                 `json:"at,omitzero"`
}

// exportedParty is somebody who was in a call, or was to be.
type exportedParty struct {
	Label   string             `json:"label"`
	Role    careline.Role      `json:"role"`
	Ref     careline.Reference `json:"ref,omitempty"`
	Name    string             `json:"name,omitempty"`
	Entry   string             `json:"entry,omitempty"` // of the clinic's directory
	Ending  string             `json:"ending,omitempty"`
	Asked   time.Time          `json:"asked,omitzero"`
	Joined  time.Time          `json:"joined,omitzero"`
	Left    time.Time          `json:"left,omitzero"`
	Outcome string             `json:"outcome,omitempty"`
}

// exportedConsent is what was decided of recording a call.
type exportedConsent struct {
	Decision careline.Decision `json:"decision"`
	By       string            `json:"by,omitempty"`
	At       time.Time         `json:"at,omitzero"`
}

// exportedRecording is what is known of a recording; its sound is the carrier's.
type exportedRecording struct {
	SID     string                  `json:"sid"`
	State   careline.RecordingState `json:"state"`
	Started time.Time               `json:"started,omitzero"`
	Seconds *int                    `json:"durationSeconds,omitempty"`
	Media   string                  `json:"media,omitempty"`
	Gone    string                  `json:"deleted,omitempty"` // why
}

// exportedLook is who looked at the patient.
type exportedLook struct {
	Key  string    `json:"key"`
	Kept time.Time `json:"kept"`
	careline.Look
}

// saidOf adds what people said and did in a call.
func (f *exportedFold) saidOf(c careline.Call) {
	if n := c.Note; !n.Empty() {
		f.Note = &exportedNote{
			Outcome: n.Outcome,
			Text:    n.Text,
			By:      n.By,
			At:      n.At,
		}
	}
	for _, p := range c.Parties {
		f.Participants = append(f.Participants, exportedParty{
			Label:   p.Label,
			Role:    p.Role,
			Ref:     p.Ref,
			Name:    p.Name,
			Entry:   p.Entry,
			Ending:  p.Ending,
			Asked:   p.Asked,
			Joined:  p.Joined,
			Left:    p.Left,
			Outcome: p.Outcome,
		})
	}

	if k := c.Consent; k.Decision != careline.ConsentNone {
		f.Consent = &exportedConsent{Decision: k.Decision, By: k.By, At: k.At}
	}
	for _, r := range c.Recordings {
		f.Recordings = append(f.Recordings, exportedRecording{
			SID:     r.Sid,
			State:   r.State,
			Started: r.Started,
			Seconds: exportedSeconds(r.Seconds),
			Media:   r.Media,
			Gone:    r.Gone,
		})
	}
}

// exportedSeconds is nil where the length is not known.
func exportedSeconds(s careline.Seconds) *int {
	if n, known := s.Value(); known {
		return &n
	}
	return nil
}

func exportedLooksOf(looks []calls.KeptLook) []exportedLook {
	all := make([]exportedLook, 0, len(looks))
	for _, l := range looks {
		all = append(all, exportedLook{Key: l.Key, Kept: l.Kept, Look: l.Look})
	}
	return all
}

// exportedResourcesOf are resources of which each has its versions.
func exportedResourcesOf(filed [][]fhir.Resource) []exportedResource {
	all := make([]exportedResource, 0, len(filed))
	for _, versions := range filed {
		one := exportedResource{}
		for _, v := range versions {
			one.ID, one.Versions = v.ID, append(one.Versions, v.JSON)
		}
		all = append(all, one)
	}
	return all
}

package main

import (
	"maps"
	"strings"
	"testing"
	"time"
)

// TestConfigOfRecording: how long recordings are kept is nobody's guess.
func TestConfigOfRecording(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		set  map[string]string
		want featureConfig
		says string // among the faults
	}{
		"off":                 {map[string]string{}, featureConfig{}, ""},
		"off in a word":       {map[string]string{"RECORDING": "off"}, featureConfig{}, ""},
		"asked":               {map[string]string{"RECORDING": "asked", "RECORDING_RETENTION_DAYS": "30"}, featureConfig{recording: "asked", keep: 30 * 24 * time.Hour}, ""},
		"off, and still kept": {map[string]string{"RECORDING_RETENTION_DAYS": "3650"}, featureConfig{keep: 3650 * 24 * time.Hour}, ""},
		"announced": {map[string]string{"RECORDING": "announced", "RECORDING_RETENTION_DAYS": "1", "RECORDING_ANNOUNCEMENT": "Press NINE."},
			featureConfig{recording: "announced", keep: 24 * time.Hour, announcement: "Press NINE."}, ""},
		"nobody decided":   {map[string]string{"RECORDING": "asked"}, featureConfig{}, "RECORDING_RETENTION_DAYS is required"},
		"for ever":         {map[string]string{"RECORDING": "asked", "RECORDING_RETENTION_DAYS": "0"}, featureConfig{}, "RECORDING_RETENTION_DAYS must be a whole number from 1 to 3650"},
		"another word":     {map[string]string{"RECORDING": "true", "RECORDING_RETENTION_DAYS": "1"}, featureConfig{}, "RECORDING must be one of"},
		"no way to say no": {map[string]string{"RECORDING_ANNOUNCEMENT": "This call is recorded."}, featureConfig{}, "RECORDING_ANNOUNCEMENT must say that the key 9 declines"},
	} {
		set := maps.Clone(test.set)
		r := newReader(func(name string) string { return set[name] })
		var got featureConfig
		readRecording(r, &got)
		if test.says != "" {
			if !strings.Contains(faults(r.faults).Error(), test.says) {
				t.Errorf("%s: %v", name, r.faults)
			}
			continue
		}
		if len(r.faults) > 0 || got.recording != test.want.recording || got.keep != test.want.keep || got.announcement != test.want.announcement {
			t.Errorf("%s: %+v, %v", name, got, r.faults)
		}
	}
}

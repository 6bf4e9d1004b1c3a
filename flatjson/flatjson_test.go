package flatjson_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"

	"perci.health/careline/flatjson"
)

// read is what a Reader makes of an object of strings; values that are none are
// skipped, and named in others.
func read(text []byte, others func(name string) bool) (strings map[string]string, twice, ok bool) {
	strings = map[string]string{}
	r := flatjson.NewReader(text)
	for name := range r.Members() {
		_, known := strings[string(name)]
		twice = twice || known
		if others(string(name)) {
			r.Pass()
			continue
		}
		strings[string(name)] = string(r.String())
	}
	return strings, twice, r.End()
}

func TestReaderReadsObjectsOfStrings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`{}`:                          true,
		` { "a" : "b" , "c":"ü€😀" } `: true,
		`{"skip":1}`:                  true,
		`{"skip":120,"a":"b"}`:        true,
		`{"skip":true}`:               true,
		`{"skip":null}`:               true,
		``:                            false,
		`{`:                           false,
		`{"a"}`:                       false,
		`{"a":}`:                      false,
		`{"a":"b",}`:                  false,
		`{"a":"b"}}`:                  false,
		`{"a":"b"}` + "\x00":          false,
		`{"a":"b\n"}`:                 false, // read by encoding/json
		"{\"a\":\"b\n\"}":             false,
		"{\"a\":\"\xff\"}":            false,
		`{"a":1}`:                     false,
		`{"a":"b" "c":"d"}`:           false,
		`{"skip":-1}`:                 false,
		`{"skip":1.5}`:                false,
		`{"skip":01}`:                 false,
		`{"skip":nul}`:                false,
		`{"skip":{}}`:                 false,
		`["a"]`:                       false,
		`"a"`:                         false,
		`{"a":"b`:                     false,
		`{"a":{"b":"c"}}`:             false,
		"\ufeff" + `{"a":"b"}`:        false,
	} {
		if _, _, got := read([]byte(text), func(name string) bool { return name == "skip" }); got != want {
			t.Errorf("%s is read: %v", text, got)
		}
	}
}

func ExampleReader() {
	r := flatjson.NewReader([]byte(`{"CallSid": "CA1", "Price": null, "from": {"city": "Hull"}}`))
	for name := range r.Members() {
		switch string(name) {
		case "CallSid":
			fmt.Println("CallSid", string(r.String()))
		case "from":
			for name := range r.Members() {
				fmt.Println(string(name), string(r.String()))
			}
		default:
			r.Pass()
		}
	}
	fmt.Println(r.End())
	// Output:
	// CallSid CA1
	// city Hull
	// true
}

// FuzzReader: what is read is JSON, and encoding/json reads the same.
func FuzzReader(f *testing.F) {
	for _, text := range []string{`{}`, `{"a":"b","skip":17}`, `{"é":"\u00e9"}`, ` { "a" : "" } `, `{"a":"b","a":"c"}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, twice, ok := read(text, func(name string) bool { return len(name) == 4 })
		if !ok || twice {
			return
		}
		var want map[string]any
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatalf("%q is read, though: %v", text, err)
		}
		maps.DeleteFunc(want, func(name string, _ any) bool { return len(name) == 4 })
		if len(got) != len(want) {
			t.Fatalf("%q: read %q, want %q", text, got, want)
		}
		for name, value := range want {
			if got[name] != value {
				t.Fatalf("%q: read %q, want %q", text, got, want)
			}
		}
	})
}

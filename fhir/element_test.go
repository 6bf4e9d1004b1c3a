package fhir

// In the package, because elements are what the filer works on inside; what it
// promises of them is that nobody outside can tell them from encoding/json's.

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// plainly is an element as encoding/json reads one.
func plainly(value any) any {
	switch value := value.(type) {
	case *element:
		all := map[string]any{}
		for _, m := range value.members {
			all[m.name] = plainly(m.value)
		}
		return all
	case []any:
		all := make([]any, len(value))
		for i, item := range value {
			all[i] = plainly(item)
		}
		return all
	}
	return value
}

// readsAlike has both read a text, and write what they read.
func readsAlike(t interface{ Fatalf(string, ...any) }, text []byte) {
	var want map[string]any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	wantErr := d.Decode(&want)
	if !json.Valid(text) || want == nil {
		wantErr = errNoObject
	}

	got, err := decode(text)
	if (err != nil) != (wantErr != nil) {
		t.Fatalf("decode of %q: error %v, encoding/json's %v", text, err, wantErr)
	}
	if _, ok := headOf(text); ok != (wantErr == nil) {
		t.Fatalf("head of %q: %t, encoding/json's error %v", text, ok, wantErr)
	}
	if err != nil {
		return
	}

	if diff := cmp.Diff(any(want), plainly(got)); diff != "" {
		t.Fatalf("decode of %q (-encoding/json +ours):\n%s", text, diff)
	}
	wantText, err := json.Marshal(want)
	if err != nil {
		t.Fatalf("%v", err)
	}
	if written, err := got.appendTo(nil); err != nil || !bytes.Equal(written, wantText) {
		t.Fatalf("wrote %s, encoding/json %s (error: %v)", written, wantText, err)
	}
}

func TestElementsAreReadAndWrittenAsByEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{}`, ` { "b" : [ ] , "a" : { } } `, `{"a":1.50,"b":-0,"c":1e400,"d":123456789012345678901234567890}`,
		`{"a":"\u00e9\ud83d\ude00\n\"\\\/","é":"ü 😀","<":"<b>&\u2028","\u0061b":"\u0000"}`,
		`{"b":1,"a":2,"b":3}`, `{"a":{"x":1},"a":{"y":2}}`, `{"a":null,"b":[null,true,false,[[]],{}]}`,
		"{\"a\":\"\xff\xfe\",\"\xff\":1}", `{"a":"\ud800"}`, `{"a":"\ud800\ud800x"}`,
		``, `null`, `[]`, `"a"`, `1`, `{`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a":1}x`, `{"a":1}{}`, `{"a":01}`, `{"a":+1}`, `{a:1}`,
		"{\"a\":\"\n\"}", `{"a":"\x"}`, `{"a":tru}`, `{"a":1 "b":2}`, `{"a":[1,]}`, `{"a":1}` + "\n\t ",
	} {
		readsAlike(t, []byte(text))
	}
	rapid.Check(t, func(t *rapid.T) {
		text, err := json.Marshal(anyObject(t, 3))
		if err != nil {
			t.Fatal(err)
		}
		if cut := rapid.IntRange(0, 4*len(text)).Draw(t, "cut"); cut < len(text) {
			text = append(text[:cut:cut], text[min(len(text), cut+1):]...) // one byte is missing
		}
		readsAlike(t, text)
	})
}

func anyObject(t *rapid.T, depth int) map[string]any {
	all := map[string]any{}
	for range rapid.IntRange(0, 4).Draw(t, "members") {
		all[rapid.SampledFrom([]string{"id", "url", "extension", "meta", "é", `"`, "<"}).Draw(t, "name")] = anyValue(t, depth)
	}
	return all
}

func anyValue(t *rapid.T, depth int) any {
	kind := rapid.IntRange(0, 6).Draw(t, "kind")
	switch {
	case kind == 0 && depth > 0:
		return anyObject(t, depth-1)
	case kind == 1 && depth > 0:
		list := []any{}
		for range rapid.IntRange(0, 3).Draw(t, "items") {
			list = append(list, anyValue(t, depth-1))
		}
		return list
	case kind == 2:
		return rapid.Float64().Draw(t, "number")
	case kind == 3:
		return rapid.SampledFrom([]any{nil, true, false}).Draw(t, "word")
	}
	return rapid.String().Draw(t, "text")
}

// TestHeadOf: of a resource that is odd, the head is read as far as it can be.
func TestHeadOf(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]head{
		`{"resourceType":"Task","id":"t","meta":{"versionId":"3","lastUpdated":"2025"}}`:                        {"Task", "t", "3", "2025"},
		`{"meta":{"tag":[{"id":"x"}]},"contained":[{"resourceType":"Patient","id":"p"}],"resourceType":"Task"}`: {resourceType: "Task"},
		`{"resourceType":"Task","id":7,"meta":[],"id2":"x"}`:                                                    {resourceType: "Task"},
		`{"resourceType":"Task","meta":{"versionId":3,"lastUpdated":{}}}`:                                       {resourceType: "Task"},
		`{"resourceType":"T\u0061sk","id":"\u0074","meta":null}`:                                                {resourceType: "Task", id: "t"},
	} {
		if got, ok := headOf([]byte(text)); !ok || got != want {
			t.Errorf("%s: %+v, %t", text, got, ok)
		}
	}
}

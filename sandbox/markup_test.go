package sandbox

import "testing"

// What people or apps wrote is shown as they wrote it, and is never part of a page.
func TestMarkupShowsTextAsItIs(t *testing.T) {
	t.Parallel()
	const page markup = `<p title="__OWNER__">__OWNER__: __LIST__</p>`

	got := page.with(map[string]markup{
		"__OWNER__": text(`"Ann" <O'Neil> & __LIST__`),
		"__LIST__":  "<ul></ul>",
	})

	const want = `<p title="&#34;Ann&#34; &lt;O&#39;Neil&gt; &amp; __LIST__">&#34;Ann&#34; &lt;O&#39;Neil&gt; &amp; __LIST__: <ul></ul></p>`
	if got != want {
		t.Errorf("shown is\n%s\nwant\n%s", got, want)
	}
}

package careline_test

import (
	"fmt"
	"strings"
	"testing"
)

// code is the source of a package that a rule is tried on.
func code(t *testing.T, dir string, files ...string) *source {
	t.Helper()
	p := newSource(dir)
	for i, text := range files {
		if err := p.add(fmt.Sprintf("%s/file%d.go", dir, i), "package "+nameOfPackage(dir)+"\n"+text); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// expect compares the faults that a rule found with what each should say.
func expect(t *testing.T, name string, faults []string, want ...string) {
	t.Helper()
	if len(faults) != len(want) {
		t.Errorf("%s: %d faults, want %d: %q", name, len(faults), len(want), faults)
		return
	}
	for i, fault := range faults {
		if !strings.Contains(fault, want[i]) {
			t.Errorf("%s: %q, want %q", name, fault, want[i])
		}
	}
}

func TestRuleOutsideWorldMayImport(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		from, to string
		may      bool
	}{
		{"sandbox", "sandbox/twiliobox", true},
		{"sandbox", "twilio", false},
		{"sandbox", "store", false},
		{"sandbox", "", false},
		{"sandbox", "calls", false},
		{"sandbox/twiliobox", "sandbox/media", true},
		{"sandbox/twiliobox", "sandbox/fhirbox", false},
		{"sandbox/fhirbox", "fhir", false},
		{"sandboxes", "twilio", true},
		{"twilio", "calls", true},
	} {
		if got := outsideWorldMayImport(test.from, test.to); got != test.may {
			t.Errorf("%s of %s: %t", test.from, test.to, got)
		}
	}

	for imp, want := range map[string]string{module: "", module + "/store": "store", module + "/setup/google": "setup/google"} {
		if name, ours := within(imp); !ours || name != want {
			t.Errorf("%s is %q, %t", imp, name, ours)
		}
	}
	if name, ours := within(module + "less/store"); ours {
		t.Errorf("another module's is ours: %s", name)
	}
}

func TestRuleEnvironment(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		source string
		want   []string
	}{
		"as usual":          {`import "os"; var a = os.Getenv("A")`, []string{"reads the environment"}},
		"under a new name":  {`import system "os"; var a, _ = system.LookupEnv("A")`, []string{"reads the environment"}},
		"without a name":    {`import . "os"; var a = Getenv("A")`, []string{"imported without a name"}},
		"beneath":           {`import "syscall"; var a, _ = syscall.Getenv("A")`, []string{"reads the environment"}},
		"farther beneath":   {`import "golang.org/x/sys/unix"; var a = unix.Environ()`, []string{"reads the environment"}},
		"in a text":         {`import "os"; var a = os.ExpandEnv("$A")`, []string{"reads the environment"}},
		"as a function":     {`import "os"; func f() func(string) string { return os.Getenv }`, []string{"reads the environment"}},
		"written":           {`import "os"; func f() error { return os.Setenv("A", "b") }`, []string{"reads the environment"}},
		"twice":             {`import "os"; var a, b = os.Getenv("A"), os.Environ()`, []string{"reads", "reads"}},
		"of somebody else":  {`import "example.org/settings"; var a = settings.Getenv("A")`, nil},
		"another use of os": {`import "os"; var a = os.Args`, nil},
	} {
		expect(t, name, environment(code(t, "store", test.source)), test.want...)
		expect(t, name+", in the command", environment(code(t, readsEnvironment, test.source)))
	}
}

func TestRuleChanges(t *testing.T) {
	t.Parallel()
	const vars = `import ("sort"; "slices"; "maps"; other "example.org/other")
		type table struct { n int; inner *table }
		var count int; var names []string; var ids map[string]int; var one table; var far = &one.n
		func use(...any) {}
	`
	for source, want := range map[string]string{
		`count = 1`:                       "an assignment of the package variable count",
		`count += 1`:                      "an assignment",
		`count++`:                         "a change of the package variable count",
		`names = append(names, "a")`:      "an assignment of the package variable names",
		`names[0] = "a"`:                  "an assignment of the package variable names",
		`ids["a"] = 1`:                    "an assignment of the package variable ids",
		`ids["a"]++`:                      "a change of the package variable ids",
		`one.n = 1`:                       "an assignment of the package variable one",
		`one.inner.n = 1`:                 "an assignment of the package variable one",
		`(*one.inner).n = 1`:              "an assignment of the package variable one",
		`for count = range 3 {}`:          "an assignment of the package variable count",
		`use(&count)`:                     "the address of the package variable count",
		`use(&one.n)`:                     "the address of the package variable one",
		`delete(ids, "a")`:                "a change of the package variable ids",
		`clear(ids)`:                      "a change of the package variable ids",
		`copy(names, []string{"a"})`:      "a change of the package variable names",
		`slices.Sort(names)`:              "a change of the package variable names",
		`slices.SortFunc(names[1:], nil)`: "a change of the package variable names",
		`sort.Strings(names)`:             "a change of the package variable names",
		`maps.Copy(ids, nil)`:             "a change of the package variable ids",
		`other.Default = 1`:               "an assignment of the package variable other.Default",
		`go func() { count = 1 }()`:       "an assignment of the package variable count",
		`count, names := 1, names; count, names[0] = 2, ""; use(count, names)`: "",
		`ids := map[string]int{}; ids["a"] = 1`:                                "",
		`use(slices.Sorted(maps.Keys(ids)), count, one.n, names[0])`:           "",
		`t := table{}; t.n = 1; use(&t)`:                                       "",
	} {
		var all []string
		if want != "" {
			all = []string{want}
		}
		// The variables stand in another file than what changes them.
		head := `import ("sort"; "slices"; "maps"; other "example.org/other")`
		expect(t, source, changesIn(t, vars, head+"\nfunc f() { "+source+" }"), all...)
	}

	const sync = `import ("sync"; "sync/atomic"; "regexp")` + "\n"
	for source, want := range map[string]string{
		`var mu sync.Mutex`:            "sync.Mutex, which exists to be changed",
		`var seen sync.Map`:            "sync.Map",
		`var n atomic.Int64`:           "atomic.Int64",
		`var n = new(atomic.Int64)`:    "atomic.Int64",
		`var s struct{ sync.RWMutex }`: "sync.RWMutex",
		`var pool = sync.Pool{New: func() any { return new(atomic.Int64) }}`: "",
		`var once = sync.OnceValue(func() int { return 1 })`:                 "",
		`var form = regexp.MustCompile("a")`:                                 "",
		`func f() { var mu sync.Mutex; mu.Lock() }`:                          "",
	} {
		var all []string
		if want != "" {
			all = []string{want}
		}
		expect(t, source, changesIn(t, sync+source), all...)
	}
}

// changesIn leaves out the address that the declarations of the test take.
func changesIn(t *testing.T, files ...string) (faults []string) {
	t.Helper()
	for _, fault := range changes(code(t, "store", files...)) {
		if !strings.Contains(fault, "file0.go:4:") || !strings.Contains(fault, "the address of the package variable one") {
			faults = append(faults, fault)
		}
	}
	return faults
}

func TestRuleTooWide(t *testing.T) {
	t.Parallel()
	const five = "type Five interface { A(); B(); C(); D(); E() }\n"
	for text, want := range map[string]string{
		five: "",
		`type Six interface { A(); B(); C(); D(); E(); F() }`:                                                          "Six is an interface of 6 methods",
		five + `type Grown interface { Five; F() }`:                                                                    "Grown is an interface of 6 methods",
		five + `type One interface { F() }; type Both interface { Five; One }`:                                         "Both is an interface of 6 methods",
		five + `type Again interface { Deep }; type Deep interface { Five; F() }`:                                      "Deep is an interface of 6",
		`import "io"; type Stream interface { io.Reader; io.Closer; A(); B(); C() }`:                                   "",
		`import "io"; type Stream interface { io.Reader; io.Closer; A(); B(); C(); D() }`:                              "Stream is an interface of 6 methods",
		`import "io"; type Stream interface { io.ReadWriteSeeker }`:                                                    "is not known",
		`import far "` + module + `/far"; type Near interface { far.Four; A() }`:                                       "",
		`import far "` + module + `/far"; type Near interface { far.Four; A(); B() }`:                                  "Near is an interface of 6",
		`func f(x interface { A(); B(); C(); D(); E(); F() }) {}`:                                                      "an interface of 6 methods",
		`type Number interface { ~int | ~int64 }`:                                                                      "",
		"// Six are many.\n//\n// Wide: it is what an engine is.\ntype Six interface { A(); B(); C(); D(); E(); F() }": "",
		"// Six are not Wide: enough.\ntype Six interface { A(); B(); C(); D(); E(); F() }":                            "Six is",
	} {
		var all []string
		if want != "" {
			all = []string{want}
		}
		if strings.Contains(text, "Again") {
			all = []string{"Again is an interface of 6", want}
		}
		far := code(t, "far", `type Four interface { W(); X(); Y(); Z() }`)
		expect(t, text, tooWide([]*source{code(t, "store", text), far}), all...)
	}
}

// repeated is a text so many times, each in a line of its own.
func repeated(n int, line string) string { return strings.Repeat(line+"\n", n) }

func TestRuleTooBig(t *testing.T) {
	t.Parallel()
	const step = "_ = 1"
	deep := "if true { for { switch { case true: " + "if true { _ = 1 }" + " } } }"
	for name, test := range map[string]struct{ source, want string }{
		"a function at its limit": {"func f() {\n" + repeated(maxBody, step) + "}", ""},
		"blank lines":             {"func f() {\n" + repeated(maxBody, step+"\n") + "}", ""},
		"a function over it":      {"func f() {\n" + repeated(maxBody+1, step) + "}", "f has 81 lines"},
		"a method":                {"type x int\nfunc (x) f() {\n" + repeated(maxBody+1, step) + "}", "method f has 81 lines"},
		"a literal in a variable": {"var f = func() {\n" + repeated(maxBody+1, step) + "}", "a function literal has 81 lines"},
		"parameters":              {"func f(a, b, c int, d, e string) {}", ""},
		"too many parameters":     {"func f(a, b, c int, d, e, f string) {}", "f has 6 parameters"},
		"a literal's parameters":  {"var f = func(a, b, c int, d, e, f string) {}", "a function literal has 6 parameters"},
		"nesting":                 {"func f() { if true { for { switch { case true: } } } }", ""},
		"too deep":                {"func f() { " + deep + " }", "f nests 4 deep"},
		"a literal too deep":      {"func f() { g(func() { " + deep + " }) }", "a function literal nests 4 deep"},
		"init":                    {"func init() {}", "init() runs unseen"},
		"a method called so":      {"type x int\nfunc (x) init() {}", ""},
		"a file at its limit":     {repeated(maxLines-2, ""), ""},
		"a file over it":          {repeated(maxLines, ""), "the file has"},
	} {
		var all []string
		if test.want != "" {
			all = []string{test.want}
		}
		expect(t, name, tooBig(code(t, "store", test.source)), all...)
	}
}

func TestRulePressedTogether(t *testing.T) {
	t.Parallel()
	const step = "_ = 1"
	for name, test := range map[string]struct{ source, want string }{
		"short":                {"func f() {\n" + repeated(maxParagraph, step) + "}", ""},
		"long, with a blank":   {"func f() {\n" + step + "\n\n" + repeated(maxParagraph, step) + "}", ""},
		"one statement":        {"func f() {\nreturn T{\n" + repeated(maxParagraph+1, "1,") + "}\n}", ""},
		"long":                 {"func f() {\n" + repeated(maxParagraph+1, step) + "}", "f has 16 lines without a blank one"},
		"a literal":            {"func f() {\n\n g(func() {\n" + repeated(maxParagraph+1, step) + "})\n}", "a function literal has 16 lines"},
		"three fields":         {`var x = T{A: 1, B: 2, C: 3}`, ""},
		"four fields":          {`var x = T{A: 1, B: 2, C: 3, D: 4}`, "a literal of 4 fields: one a line"},
		"two in the last line": {"var x = T{\nA: 1,\nB: 2,\nC: 3, D: 4,\n}", "a literal of 4 fields"},
		"one beside the brace": {"var x = T{A: 1,\nB: 2,\nC: 3,\nD: 4,\n}", "a literal of 4 fields"},
		"one a line":           {"var x = T{\nA: 1,\nB: 2,\nC: 3,\nD: 4,\n}", ""},
		"a row":                {"var x = []T{{A: 1, B: 2, C: 3, D: 4}}", "a literal of 4 fields"},
		"a map of texts":       {`var x = map[string]int{"a": 1, "b": 2, "c": 3, "d": 4}`, ""},
		"a map of names":       {`var x = map[T]int{A: 1, B: 2, C: 3, D: 4}`, ""},
		"a slice by index":     {`var x = [...]int{A: 1, B: 2, C: 3, D: 4}`, ""},
		"without names":        {`var x = T{1, 2, 3, 4}`, ""},
	} {
		var all []string
		if test.want != "" {
			all = []string{test.want}
		}
		expect(t, name, pressedTogether(code(t, "store", test.source)), all...)
	}
}

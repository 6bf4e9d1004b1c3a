package careline_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"gopkg.in/yaml.v3"

	"perci.health/careline/api"
)

const (
	serviceFile     = "deploy/cloudrun/service.yaml"
	terraformFolder = "deploy/terraform"
)

// setting is one that the program reads.
type setting struct{ required, secret bool }

// knownSettings reads them from the table in cmd/careline: required("NAME", …) and
// optional("NAME", …), with .hidden() behind those that are secret.
func knownSettings(t *testing.T) map[string]setting {
	t.Helper()
	known := map[string]setting{}
	inspect(t, "cmd/careline", func(n ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return
		}

		if name, required, ok := tabled(call); ok {
			s := known[name]
			s.required = required
			known[name] = s
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "hidden" {
			return
		}
		inner, ok := sel.X.(*ast.CallExpr)
		if !ok {
			return
		}
		if name, _, ok := tabled(inner); ok {
			s := known[name]
			s.secret = true
			known[name] = s
		}
	})
	return known
}

// tabled is the setting that a call enters into the table.
func tabled(call *ast.CallExpr) (name string, required, ok bool) {
	of, ok := call.Fun.(*ast.Ident)
	if !ok || of.Name != "required" && of.Name != "optional" || len(call.Args) == 0 {
		return "", false, false
	}
	name = literal(call.Args[0])
	return name, of.Name == "required", regexp.MustCompile(`^[A-Z][A-Z0-9_]+$`).MatchString(name)
}

func literal(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok {
		return ""
	}
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return s
}

// inspect shows every node of a folder's Go files that are not tests.
func inspect(t *testing.T, folder string, see func(ast.Node)) {
	t.Helper()
	files := token.NewFileSet()
	for _, path := range goFiles(t, func(path string) bool { return filepath.Dir(path) == folder && !strings.HasSuffix(path, "_test.go") }) {
		f, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool { see(n); return true })
	}
}

// knativeService is what we check of Cloud Run's form of the Knative Serving API.
type knativeService struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Spec       struct {
		Template struct {
			Metadata struct{ Annotations map[string]string }
			Spec     struct {
				TimeoutSeconds       int `yaml:"timeoutSeconds"`
				ContainerConcurrency int `yaml:"containerConcurrency"`
				Containers           []container
				Volumes              []struct {
					Name   string
					Secret struct {
						SecretName string `yaml:"secretName"`
						Items      []struct{ Key, Path string }
					}
				}
			}
		}
	}
}

type container struct {
	Name, Image string
	Ports       []struct {
		ContainerPort int `yaml:"containerPort"`
	}
	StartupProbe  probe `yaml:"startupProbe"`
	LivenessProbe probe `yaml:"livenessProbe"`
	Env           []struct {
		Name, Value string
		ValueFrom   struct {
			SecretKeyRef struct{ Name, Key string } `yaml:"secretKeyRef"`
		} `yaml:"valueFrom"`
	}
	VolumeMounts []struct {
		Name      string
		MountPath string `yaml:"mountPath"`
	} `yaml:"volumeMounts"`
}

type probe struct {
	PeriodSeconds    int `yaml:"periodSeconds"`
	FailureThreshold int `yaml:"failureThreshold"`
	HTTPGet          struct {
		Path string
		Port int
	} `yaml:"httpGet"`
}

func readService(t *testing.T) (s knativeService) {
	t.Helper()
	src, err := os.ReadFile(serviceFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(src, &s); err != nil {
		t.Fatalf("%s: %v", serviceFile, err)
	}
	if len(s.Spec.Template.Spec.Containers) == 0 || s.Spec.Template.Spec.Containers[0].Name != "careline" {
		t.Fatalf("%s: the first container is not careline", serviceFile)
	}
	return s
}

func TestServiceHasTheSettingsThatTheProgramReads(t *testing.T) {
	t.Parallel()
	known := knownSettings(t)
	if len(known) < 30 || !known["FUNCTIONS_URL"].required || !known["TWILIO_AUTH_TOKEN"].secret {
		t.Fatalf("the settings could not be read from the source: %v", known)
	}
	given := map[string]bool{}
	for _, e := range readService(t).Spec.Template.Spec.Containers[0].Env {
		s, ok := known[e.Name]
		if !ok {
			t.Errorf("%s is not a setting", e.Name)
		}
		if given[e.Name] {
			t.Errorf("%s is set twice", e.Name)
		}
		given[e.Name] = true
		if from := e.ValueFrom.SecretKeyRef.Name; s.secret != (from != "") || s.secret == (e.Value != "") {
			t.Errorf("%s: value %q, secret %q; it is a secret: %t", e.Name, e.Value, from, s.secret)
		}
		if s.secret && !regexp.MustCompile(`^(\d+|\$\{VERSION_\w+\})$`).MatchString(e.ValueFrom.SecretKeyRef.Key) {
			t.Errorf("%s takes version %q: name one, or an old revision restarts with a new secret", e.Name, e.ValueFrom.SecretKeyRef.Key)
		}
	}
	for name, s := range known {
		if s.required && !given[name] {
			t.Errorf("%s is required and not set", name)
		}
	}
	if given["NODE_ENV"] || given["FUNCTIONS_EMULATOR"] || given["TWILIO_SIGNALLING_URL"] || given["PUBSUB_EMULATOR_HOST"] {
		t.Error("a setting for development is set")
	}
}

func TestServiceKeepsWorkingBetweenRequests(t *testing.T) {
	t.Parallel()
	s := readService(t)
	if got := s.APIVersion + " " + s.Kind; got != "serving.knative.dev/v1 Service" {
		t.Errorf("it is a %s", got)
	}
	if got := s.Spec.Template.Metadata.Annotations["run.googleapis.com/cpu-throttling"]; got != "false" {
		t.Errorf("cpu-throttling %q: the relay stands still between requests", got)
	}
	if got := s.Spec.Template.Spec.TimeoutSeconds; got != 3600 {
		t.Errorf("requests may last %d s: streams to browsers are cut early", got)
	}
	if got := s.Spec.Template.Spec.ContainerConcurrency; got < api.StreamsAtMost+100 || got > 1000 {
		t.Errorf("an instance takes %d requests at once, Cloud Run's most is 1000: %d open browsers must leave a hundred to webhooks", got, api.StreamsAtMost)
	}
	c := s.Spec.Template.Spec.Containers[0]
	routes, err := os.ReadFile("api/routes.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []probe{c.StartupProbe, c.LivenessProbe} {
		if p.HTTPGet.Path != "/healthz" || !strings.Contains(string(routes), strconv.Quote(p.HTTPGet.Path)) {
			t.Errorf("a probe asks %q: /readyz fails while others are down, and would stop a good instance", p.HTTPGet.Path)
		}
		if len(c.Ports) != 1 || p.HTTPGet.Port != c.Ports[0].ContainerPort {
			t.Errorf("a probe asks port %d of %v", p.HTTPGet.Port, c.Ports)
		}
	}
	if got := c.StartupProbe.PeriodSeconds * c.StartupProbe.FailureThreshold; got != 240 {
		t.Errorf("an instance has %d s to start, the longest that Cloud Run allows is 240: a migration within it must not be cut off", got)
	}
	checkCollector(t, s)
	volumes := map[string]bool{}
	for _, v := range s.Spec.Template.Spec.Volumes {
		volumes[v.Name] = v.Secret.SecretName != "" && len(v.Secret.Items) > 0
	}
	for _, c := range s.Spec.Template.Spec.Containers {
		for _, m := range c.VolumeMounts {
			if !volumes[m.Name] {
				t.Errorf("there is no volume %s", m.Name)
			}
		}
	}
}

// checkCollector compares where the metrics are with where they are read. Nobody but the collector gets there.
func checkCollector(t *testing.T, s knativeService) {
	t.Helper()
	src, err := os.ReadFile("deploy/cloudrun/metrics.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Kind string
		Spec struct{ Endpoints []struct{ Port, Path string } }
	}
	if err := yaml.Unmarshal(src, &read); err != nil || read.Kind != "RunMonitoring" || len(read.Spec.Endpoints) != 1 {
		t.Fatalf("the collector's configuration cannot be read: %v, %+v", err, read)
	}
	set := map[string]string{}
	for _, e := range s.Spec.Template.Spec.Containers[0].Env {
		set[e.Name] = e.Value
	}
	if got := read.Spec.Endpoints[0]; got.Path != "/metrics" || got.Port != set["ADMIN_PORT"] || set["ADMIN_HOST"] != "127.0.0.1" {
		t.Errorf("the collector reads %s on port %s; metrics are on %s:%s", got.Path, got.Port, set["ADMIN_HOST"], set["ADMIN_PORT"])
	}
	for _, p := range s.Spec.Template.Spec.Containers[0].Ports {
		if strconv.Itoa(p.ContainerPort) == set["ADMIN_PORT"] {
			t.Error("Cloud Run sends the world to the operators' port")
		}
	}
	mounted := s.Spec.Template.Spec.Containers[1].VolumeMounts
	if len(mounted) != 1 || mounted[0].MountPath != "/etc/rungmp" {
		t.Errorf("the collector finds its configuration nowhere: %v", mounted)
	}
}

// terraform is all files of the folder, taken apart.
type terraform struct {
	declared map[string]hcl.Range // var.x, local.x, data.type.x, type.x
	used     map[string]hcl.Range
	faults   []string
}

func readTerraform(t *testing.T, folder string) *terraform {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.tf"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no Terraform in %s: %v", folder, err)
	}
	tf := &terraform{declared: map[string]hcl.Range{}, used: map[string]hcl.Range{}}
	p := hclparse.NewParser()
	for _, file := range files {
		f, diagnostics := p.ParseHCLFile(file)
		if diagnostics.HasErrors() {
			t.Fatal(diagnostics)
		}
		if string(hclwrite.Format(f.Bytes)) != string(f.Bytes) {
			tf.faults = append(tf.faults, file+" is not formatted: run terraform fmt")
		}
		for _, b := range f.Body.(*hclsyntax.Body).Blocks {
			tf.block(b)
		}
	}
	for name, at := range tf.used {
		if _, ok := tf.declared[name]; !ok {
			tf.faults = append(tf.faults, at.String()+": "+name+" is not declared")
		}
	}
	for name, at := range tf.declared {
		_, used := tf.used[name]
		if kind, _, _ := strings.Cut(name, "."); !used && (kind == "var" || kind == "local" || kind == "data") {
			tf.faults = append(tf.faults, at.String()+": nobody uses "+name)
		}
	}
	slices.Sort(tf.faults)
	return tf
}

func (tf *terraform) block(b *hclsyntax.Block) {
	switch b.Type {
	case "variable":
		tf.declare("var."+b.Labels[0], b.DefRange())
		for _, name := range []string{"type", "description"} {
			if b.Body.Attributes[name] == nil {
				tf.faults = append(tf.faults, b.DefRange().String()+": the variable has no "+name)
			}
		}
		delete(b.Body.Attributes, "type") // a word of Terraform's, no reference
	case "resource":
		tf.declare(strings.Join(b.Labels, "."), b.DefRange())
	case "data":
		tf.declare("data."+strings.Join(b.Labels, "."), b.DefRange())
	case "locals":
		for name, a := range b.Body.Attributes {
			tf.declare("local."+name, a.Range())
		}
	case "terraform":
		tf.versions(b.Body)
		return
	}
	tf.body(b.Body, nil)
}

func (tf *terraform) declare(name string, at hcl.Range) {
	if first, twice := tf.declared[name]; twice {
		tf.faults = append(tf.faults, at.String()+": "+name+" is declared already at "+first.String())
	}
	tf.declared[name] = at
}

// versions must be exact: the provider is part of what is deployed.
func (tf *terraform) versions(body *hclsyntax.Body) {
	if body.Attributes["required_version"] == nil {
		tf.faults = append(tf.faults, "Terraform's own version is not required")
	}
	for _, b := range body.Blocks {
		if b.Type != "required_providers" {
			continue
		}
		for name, a := range b.Body.Attributes {
			v, diagnostics := a.Expr.Value(nil)
			exact := regexp.MustCompile(`^\d+\.\d+\.\d+$`)
			if diagnostics.HasErrors() || !v.Type().HasAttribute("version") || !exact.MatchString(v.GetAttr("version").AsString()) {
				tf.faults = append(tf.faults, a.Range().String()+": provider "+name+" has no exact version")
			}
		}
	}
}

// body looks through a body and those in it. Iterators are the names that dynamic blocks around it give.
func (tf *terraform) body(body *hclsyntax.Body, iterators []string) {
	for name, a := range body.Attributes {
		tf.attribute(name, a, iterators)
	}
	for _, b := range body.Blocks {
		if b.Type != "dynamic" {
			tf.body(b.Body, iterators)
			continue
		}
		tf.attribute("for_each", b.Body.Attributes["for_each"], iterators)
		for _, content := range b.Body.Blocks {
			tf.body(content.Body, append(slices.Clone(iterators), b.Labels[0]))
		}
	}
}

func (tf *terraform) attribute(name string, a *hclsyntax.Attribute, iterators []string) {
	if regexp.MustCompile(`(?i)password|secret_data|private_key|auth_token`).MatchString(name) {
		tf.faults = append(tf.faults, a.Range().String()+": "+name+" would be kept in the state")
	}
	for _, reference := range hclsyntax.Variables(a.Expr) {
		parts := []string{reference.RootName()}
		for _, step := range reference[1:] {
			if attribute, ok := step.(hcl.TraverseAttr); ok {
				parts = append(parts, attribute.Name)
				continue
			}
			break
		}
		switch {
		case slices.Contains(iterators, parts[0]) || slices.Contains([]string{"each", "count", "path", "self"}, parts[0]):
		case parts[0] == "data" && len(parts) >= 3:
			tf.used[strings.Join(parts[:3], ".")] = a.Range()
		case len(parts) >= 2:
			tf.used[strings.Join(parts[:2], ".")] = a.Range()
		default:
			tf.faults = append(tf.faults, a.Range().String()+": what is "+parts[0]+"?")
		}
	}
}

func TestTerraformHoldsTogether(t *testing.T) {
	t.Parallel()
	tf := readTerraform(t, terraformFolder)
	for _, fault := range tf.faults {
		t.Error(fault)
	}
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		t.Log("LEFT OUT: terraform is not on this machine; formatting and references were checked without it")
		return
	}
	if out, err := command(terraform, terraformFolder, "fmt", "-check", "-diff").CombinedOutput(); err != nil {
		t.Errorf("terraform fmt: %v\n%s", err, out)
	}
}

// command is terraform without a word to anybody outside.
func command(terraform, dir string, args ...string) *exec.Cmd {
	cmd := exec.Command(terraform, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+os.DevNull, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1")
	return cmd
}

func TestFaultsOfTerraformAreFound(t *testing.T) {
	t.Parallel()
	const good = `terraform {
  required_version = ">= 1.9.0"
  required_providers {
    google = { source = "hashicorp/google", version = "6.35.0" }
  }
}

variable "region" {
  description = "where"
  type        = string
}

resource "google_pubsub_topic" "t" {
  name = "t-${var.region}"
}

output "topic" {
  value = google_pubsub_topic.t.id
}
`
	for name, c := range map[string]struct{ old, with, fault string }{
		"none":              {"", "", ""},
		"no such variable":  {"var.region", "var.zone", "var.zone is not declared"},
		"unused variable":   {"t-${var.region}", "t", "nobody uses var.region"},
		"no such resource":  {"google_pubsub_topic.t.id", "google_pubsub_topic.u.id", "google_pubsub_topic.u is not declared"},
		"no such local":     {"google_pubsub_topic.t.id", "local.topic", "local.topic is not declared"},
		"in a list":         {"google_pubsub_topic.t.id", "[for x in [google_pubsub_topic.t.id] : local.y[x]]", "local.y is not declared"},
		"a secret":          {`"t-${var.region}"`, `var.region` + "\n  password = \"hunter2\"", "kept in the state"},
		"a loose provider":  {`"6.35.0"`, `"~> 6.0"`, "no exact version"},
		"not formatted":     {`name = "t-`, `name="t-`, "not formatted"},
		"no description":    {"description = \"where\"\n  ", "", "no description"},
		"declared twice":    {"output", "resource \"google_pubsub_topic\" \"t\" {\n}\n\noutput", "declared already"},
		"a word of nowhere": {"google_pubsub_topic.t.id", "topic", "what is topic?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, "main.tf"), []byte(strings.Replace(good, c.old, c.with, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			got := strings.Join(readTerraform(t, folder).faults, "\n")
			if (c.fault == "") != (got == "") || !strings.Contains(got, c.fault) {
				t.Errorf("found %q, want %q", got, c.fault)
			}
		})
	}
}

// The description has blanks, and Terraform fills in each of them and no others.
func TestTerraformFillsTheBlanksOfTheService(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile(serviceFile)
	if err != nil {
		t.Fatal(err)
	}
	blanks := map[string]bool{}
	for _, m := range regexp.MustCompile(`\$\{(.*?)\}`).FindAllStringSubmatch(string(src), -1) {
		blanks[m[1]] = true
	}
	filled := map[string]bool{}
	f, diagnostics := hclparse.NewParser().ParseHCLFile(filepath.Join(terraformFolder, "locals.tf"))
	if diagnostics.HasErrors() {
		t.Fatal(diagnostics)
	}
	for _, item := range f.Body.(*hclsyntax.Body).Blocks[0].Body.Attributes["blanks"].Expr.(*hclsyntax.ObjectConsExpr).Items {
		filled[hcl.ExprAsKeyword(item.KeyExpr)] = true
	}
	if diff := cmp.Diff(blanks, filled); diff != "" {
		t.Errorf("blanks of %s (-) and what Terraform fills in (+):\n%s", serviceFile, diff)
	}
}

// What Terraform makes of the description is what stands in it: Terraform itself is asked, without a cloud.
func TestTerraformReadsTheServiceAsItIs(t *testing.T) {
	t.Parallel()
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		t.Log("LEFT OUT: terraform is not on this machine, so nobody evaluated locals.tf")
		return
	}
	root := t.TempDir()
	dir := filepath.Join(root, "terraform")
	for from, to := range map[string]string{
		serviceFile: "cloudrun/service.yaml", terraformFolder + "/locals.tf": "terraform/locals.tf", terraformFolder + "/variables.tf": "terraform/variables.tf",
	} {
		src, err := os.ReadFile(from)
		to = filepath.Join(root, to)
		if err := errors.Join(err, os.MkdirAll(filepath.Dir(to), 0o700), os.WriteFile(to, src, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	given := `{"project":"p","public_url":"https://x.example.org","image":"i@sha256:` + strings.Repeat("0", 64) + `","twilio_account_sid":"AC0","twilio_api_key":"SK0",` +
		`"twilio_twiml_app_sid":"AP0","fhir_client_id":"1e5","descope_project_id":"P0","notification_channels":[]}`
	if err := os.WriteFile(filepath.Join(dir, "given.auto.tfvars.json"), []byte(given), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := command(terraform, dir, "init", "-no-color").CombinedOutput(); err != nil {
		t.Fatalf("terraform init: %v\n%s", err, out)
	}
	console := command(terraform, dir, "console")
	console.Stdin = strings.NewReader("jsonencode({settings = local.settings, secrets = local.secrets})\n")
	var complaint strings.Builder
	console.Stderr = &complaint
	out, err := console.Output()
	if err != nil {
		t.Fatalf("terraform console: %v\n%s", err, complaint.String())
	}
	checkEvaluated(t, strings.TrimSpace(string(out)))
}

func checkEvaluated(t *testing.T, quoted string) {
	t.Helper()
	var got struct {
		Settings map[string]string
		Secrets  map[string]struct{ Name, Key string }
	}
	text, err := strconv.Unquote(quoted)
	if err := errors.Join(err, json.Unmarshal([]byte(text), &got)); err != nil {
		t.Fatalf("%v: %s", err, quoted)
	}
	for _, e := range readService(t).Spec.Template.Spec.Containers[0].Env {
		_, plain := got.Settings[e.Name]
		secret := got.Secrets[e.Name]
		if plain == (e.Value == "") || secret.Name != e.ValueFrom.SecretKeyRef.Name || (secret.Name != "") != (secret.Key == "1") {
			t.Errorf("%s: Terraform makes value %q and secret %v of it", e.Name, got.Settings[e.Name], secret)
		}
	}
	if got, want := got.Settings["FHIR_CLIENT_ID"], "1e5"; got != want {
		t.Errorf("a client id that looks like a number became %s", got)
	}
	if got, want := got.Settings["PUBSUB_PUSH_AUDIENCE"], "https://x.example.org/v1/twilio/pubsub"; got != want {
		t.Errorf("the audience of pushes is %s, want %s", got, want)
	}
}

// The secrets that the service takes are those that Terraform makes.
func TestTerraformMakesTheSecretsOfTheService(t *testing.T) {
	t.Parallel()
	wanted := map[string]bool{}
	s := readService(t).Spec.Template.Spec
	for _, e := range s.Containers[0].Env {
		if name := e.ValueFrom.SecretKeyRef.Name; name != "" {
			wanted[name] = true
		}
	}
	for _, v := range s.Volumes {
		wanted[v.Secret.SecretName] = true
	}
	src, err := os.ReadFile(filepath.Join(terraformFolder, "secrets.tf"))
	if err != nil {
		t.Fatal(err)
	}
	made := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^    "(careline-[-a-z]+)",$`).FindAllStringSubmatch(string(src), -1) {
		made[m[1]] = true
	}
	if diff := cmp.Diff(wanted, made); diff != "" {
		t.Errorf("taken (-) and made (+):\n%s", diff)
	}
}

// On a fresh project no service account can be made before its API is there.
func TestTerraformMakesAccountsOnceItMay(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile(filepath.Join(terraformFolder, "identities.tf"))
	if err != nil {
		t.Fatal(err)
	}
	accounts := regexp.MustCompile(`(?ms)^resource "google_service_account" "(\w+)" \{$(.*?)^\}$`).FindAllStringSubmatch(string(src), -1)
	if len(accounts) < 2 {
		t.Fatalf("the accounts could not be read: %v", accounts)
	}
	for _, account := range accounts {
		if !strings.Contains(account[2], "depends_on = [google_project_service.needed]") {
			t.Errorf("the account %s does not wait for its API", account[1])
		}
	}
}

// What is deployed is a version that the tests run on: the server that they bring along.
func TestTerraformMakesADatabaseThatIsTested(t *testing.T) {
	t.Parallel()
	made, err := os.ReadFile(filepath.Join(terraformFolder, "database.tf"))
	if err != nil {
		t.Fatal(err)
	}
	src, err := os.ReadFile("sandbox/pgbox/npm/package.json")
	if err != nil {
		t.Fatal(err)
	}
	var brought struct{ OptionalDependencies map[string]string }
	if err := json.Unmarshal(src, &brought); err != nil || len(brought.OptionalDependencies) == 0 {
		t.Fatalf("the tests bring no server along: %v", err)
	}
	for server, version := range brought.OptionalDependencies {
		major, _, _ := strings.Cut(version, ".")
		if want := `"POSTGRES_` + major + `"`; !strings.Contains(string(made), want) {
			t.Errorf("%s is %s, but deploy/terraform/database.tf does not make a %s", server, version, want)
		}
	}
}

// Terraform and careline provision want the same of Pub/Sub, so that neither undoes what the other did.
func TestTerraformWantsWhatProvisionWants(t *testing.T) {
	t.Parallel()
	read := func(file string) string {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return regexp.MustCompile(` +`).ReplaceAllString(string(src), " ")
	}
	program, made := read("setup/google/admin.go")+read("pubsub/pubsub.go"), map[string]string{}
	for _, block := range strings.Split(read(filepath.Join(terraformFolder, "pubsub.tf")), "\nresource ")[1:] {
		made[strings.NewReplacer(`"google_pubsub_`, "", `" "`, " ", `"`, "").Replace(block[:strings.Index(block, " {")])] = block
	}
	for _, same := range []struct{ wanted, in, want string }{
		{"topicRetention = 7 * 24 * time.Hour", "topic events", `message_retention_duration = "604800s"`},
		{`deadLetterSuffix = "-dead-letter"`, "topic dead", `name = "twilio-dead-letter"`},
		{`return "careline-" + a.cfg.Topic.Name`, "subscription push", `name = "careline-twilio"`},
		{"ackDeadline = 30 * time.Second", "subscription push", "ack_deadline_seconds = 30\n"},
		{"backoffLeast = time.Second", "subscription push", `minimum_backoff = "1s"`},
		{"backoffMost = time.Minute", "subscription push", `maximum_backoff = "60s"`},
		{"attempts = 100", "subscription push", "max_delivery_attempts = 100"},
		{"\tretention = 7 * 24 * time.Hour", "subscription push", `message_retention_duration = "604800s"`},
		{"EnableMessageOrdering: true", "subscription push", "enable_message_ordering = true"},
		{"ExpirationPolicy: &pubsubpb.Expiration", "subscription push", `ttl = ""`},
		{`deadLetterSuffix = "-dead-letter"`, "subscription dead", `name = "twilio-dead-letter"`},
		{"ackDeadline = 30 * time.Second", "subscription dead", "ack_deadline_seconds = 30\n"},
		{"lettersFor = 7 * 24 * time.Hour", "subscription dead", `message_retention_duration = "604800s"`},
		{"backoffLeast = time.Second", "subscription dead", `minimum_backoff = "1s"`},
		{"backoffMost = time.Minute", "subscription dead", `maximum_backoff = "60s"`},
		{"ExpirationPolicy: &pubsubpb.Expiration", "subscription dead", `ttl = ""`},
	} {
		if !strings.Contains(program, same.wanted) {
			t.Errorf("setup/google/admin.go does not say %q any more: look what deploy/terraform/pubsub.tf should say", same.wanted)
		}
		if !strings.Contains(made[same.in], same.want) {
			t.Errorf("deploy/terraform/pubsub.tf does not say %q of %s, as setup/google/admin.go does", same.want, same.in)
		}
	}
}

// What alarms and documents speak of is what the program measures and reads.
func TestMetricsOfAlarmsAndDocumentsExist(t *testing.T) {
	t.Parallel()
	metrics := map[string]bool{}
	for _, folder := range []string{"telemetry", "cmd/careline"} {
		inspect(t, folder, func(n ast.Node) {
			if lit, ok := n.(*ast.BasicLit); ok && strings.HasPrefix(literal(lit), "careline_") {
				metrics[literal(lit)] = true
			}
		})
	}
	if len(metrics) < 10 {
		t.Fatalf("the metrics could not be read from the source: %v", slices.Sorted(maps.Keys(metrics)))
	}
	for _, file := range []string{filepath.Join(terraformFolder, "alerts.tf"), "docs/runbook.md", "docs/scale.md", "deploy/README.md"} {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range regexp.MustCompile(`careline_[a-z_]+`).FindAllString(string(src), -1) {
			if !metrics[name] {
				t.Errorf("%s speaks of %s, which nobody measures", file, name)
			}
		}
	}
}

// Every alarm is explained in the runbook under its own name.
func TestRunbookExplainsEveryAlarm(t *testing.T) {
	t.Parallel()
	alerts, err := os.ReadFile(filepath.Join(terraformFolder, "alerts.tf"))
	if err != nil {
		t.Fatal(err)
	}
	runbook, err := os.ReadFile("docs/runbook.md")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`(?m)^    "([^"]+)" = \{$|display_name +=\s"careline: ([^"$]+)"`).FindAllStringSubmatch(string(alerts), -1)
	if len(names) < 8 {
		t.Fatalf("the alarms could not be read: %v", names)
	}
	for _, m := range names {
		if name := m[1] + m[2]; !strings.Contains(string(runbook), "| **"+name+"** |") {
			t.Errorf("docs/runbook.md does not explain the alarm %q", name)
		}
	}
}

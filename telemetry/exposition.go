package telemetry

import (
	"bytes"
	"strconv"
	"strings"
)

// exposition is a page in Prometheus's text format 0.0.4 (Prometheus, "Exposition
// formats", "Text format details").
type exposition struct{ bytes.Buffer }

func (t *exposition) head(name, help, kind string) {
	t.WriteString("# HELP " + name + " " + strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(help) + "\n")
	t.WriteString("# TYPE " + name + " " + kind + "\n")
}

func (t *exposition) line(name, pairs, value string) {
	t.WriteString(name)
	if pairs != "" {
		t.WriteString("{" + pairs + "}")
	}
	t.WriteString(" " + value + "\n")
}

func (t *exposition) gauge(name, help string, v float64) {
	t.head(name, help, "gauge")
	t.line(name, "", number(v))
}

func (t *exposition) counter(name, help string, v float64) {
	t.head(name, help, "counter")
	t.line(name, "", number(v))
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func escape(value string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(value)
}

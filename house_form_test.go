package careline_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"strconv"
	"strings"
	"testing"
)

// Limits that keep a thing in one head at once. Lines are counted without blank ones:
// nobody presses a function together to meet a limit.
const (
	maxLines      = 300 // of a file, blank ones too
	maxBody       = 80  // of a function
	maxParagraph  = 15  // of a function that has no blank line
	maxFields     = 3   // of a literal that stands on one line
	maxParameters = 5
	maxMethods    = 5 // of an interface
	maxNesting    = 3 // of blocks in a function
)

// wide begins the line of an interface's comment that says why it is wider than it may be.
const wide = "Wide: "

func TestCodeFitsInTheHead(t *testing.T) {
	t.Parallel()
	all := sources(t)
	for _, p := range all {
		for _, fault := range tooBig(p) {
			t.Error(fault)
		}
		for _, fault := range pressedTogether(p) {
			t.Error(fault)
		}
	}
	for _, fault := range tooWide(all) {
		t.Error(fault)
	}
}

// tooBig finds files, functions and parameter lists over their limits, and init.
func tooBig(p *source) (faults []string) {
	for _, f := range p.files {
		if n := p.set.Position(f.FileEnd).Line; n > maxLines {
			faults = append(faults, p.fault(f.Pos(), "the file has %d lines, more than %d: find the second subject in it", n, maxLines))
		}

		functions(f, func(name string, kind *ast.FuncType, body *ast.BlockStmt) {
			at := kind.Pos()
			if name == "init" {
				faults = append(faults, p.fault(at, "init() runs unseen: call it from where it is needed"))
			}
			if n := kind.Params.NumFields(); n > maxParameters {
				faults = append(faults, p.fault(at, "%s has %d parameters, more than %d: make them a struct", name, n, maxParameters))
			}
			if full, _ := p.lines(body); full > maxBody {
				faults = append(faults, p.fault(at, "%s has %d lines, more than %d", name, full, maxBody))
			}
			if n := nesting(body, 0); n > maxNesting {
				faults = append(faults, p.fault(at, "%s nests %d deep, more than %d: return early", name, n, maxNesting))
			}
		})
	}
	return faults
}

// pressedTogether finds what is hard to read though it is not long: a function
// without paragraphs, and a literal that packs several fields into a line.
func pressedTogether(p *source) (faults []string) {
	for _, f := range p.files {
		functions(f, func(name string, kind *ast.FuncType, body *ast.BlockStmt) {
			// One statement alone has no steps: a literal of many fields, a loop.
			if full, blank := p.lines(body); full > maxParagraph && blank == 0 && len(body.List) > 1 {
				faults = append(faults, p.fault(kind.Pos(), "%s has %d lines without a blank one: show its steps", name, full))
			}
		})

		ast.Inspect(f, func(n ast.Node) bool {
			if literal, ok := n.(*ast.CompositeLit); ok && fields(literal) > maxFields && !p.oneALine(literal) {
				faults = append(faults, p.fault(literal.Pos(), "a literal of %d fields: one a line", fields(literal)))
			}
			return true
		})
	}
	return faults
}

// functions tells of every function of a file: those with a name, and the literals
// within them and elsewhere. A method's name is told without its receiver; that of a
// method called init is told as one.
func functions(f *ast.File, tell func(name string, kind *ast.FuncType, body *ast.BlockStmt)) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			name := n.Name.Name
			if n.Recv != nil {
				name = "method " + name
			}
			if n.Body != nil {
				tell(name, n.Type, n.Body)
			}
		case *ast.FuncLit:
			tell("a function literal", n.Type, n.Body)
		}
		return true
	})
}

// lines counts those of a body between its braces.
func (p *source) lines(body *ast.BlockStmt) (full, blank int) {
	from, to := p.set.Position(body.Lbrace), p.set.Position(body.Rbrace)
	text := p.text[from.Filename]
	for i := from.Line; i < to.Line-1; i++ { // lines count from 1
		if strings.TrimSpace(text[i]) == "" {
			blank++
		} else {
			full++
		}
	}
	return full, blank
}

// fields counts those of a struct's literal that are named. The keys of a map are
// values, as a rule no names; where they are, the literal says that it is a map.
func fields(literal *ast.CompositeLit) (n int) {
	switch literal.Type.(type) {
	case *ast.MapType, *ast.ArrayType:
		return 0
	}
	for _, e := range literal.Elts {
		pair, ok := e.(*ast.KeyValueExpr)
		if !ok {
			return 0
		}
		if _, named := pair.Key.(*ast.Ident); named {
			n++
		}
	}
	return n
}

func (p *source) oneALine(literal *ast.CompositeLit) bool {
	last := p.set.Position(literal.Lbrace).Line
	for _, e := range literal.Elts {
		if p.set.Position(e.Pos()).Line == last {
			return false
		}
		last = p.set.Position(e.End()).Line
	}
	return true
}

// nesting is the depth of if, for, switch and select within n. An else-if and
// the cases of a switch stand beside each other, not inside; a function literal
// starts anew.
func nesting(n ast.Node, depth int) (deepest int) {
	deepest = depth
	ast.Inspect(n, func(c ast.Node) bool {
		switch c := c.(type) {
		case *ast.FuncLit:
			return false
		case *ast.IfStmt:
			deepest = max(deepest, nesting(c.Body, depth+1))
			if c.Else != nil {
				deepest = max(deepest, nestingOfElse(c.Else, depth))
			}
			return false
		}
		if body := blockOf(c); body != nil {
			deepest = max(deepest, nesting(body, depth+1))
			return false
		}
		return true
	})
	return deepest
}

// blockOf is the body of a loop, switch or select; nil of anything else.
func blockOf(n ast.Node) *ast.BlockStmt {
	switch n := n.(type) {
	case *ast.ForStmt:
		return n.Body
	case *ast.RangeStmt:
		return n.Body
	case *ast.SwitchStmt:
		return n.Body
	case *ast.TypeSwitchStmt:
		return n.Body
	case *ast.SelectStmt:
		return n.Body
	}
	return nil
}

func nestingOfElse(s ast.Stmt, depth int) int {
	if block, ok := s.(*ast.BlockStmt); ok {
		return nesting(block, depth+1)
	}
	return nesting(s, depth) // else if
}

// tooWide finds interfaces of too many methods, whether they are its own or come with
// what it is put together from.
func tooWide(all []*source) (faults []string) {
	known := interfaces{}
	for _, p := range all {
		known.add(p)
	}

	for _, p := range all {
		for _, f := range p.files {
			eachType(f, func(s *ast.TypeSpec, comment string) {
				i, ok := s.Type.(*ast.InterfaceType)
				if !ok || strings.Contains("\n"+comment, "\n"+wide) {
					return
				}
				if n, why := known.methods(p, f, i); why != "" {
					faults = append(faults, p.fault(s.Pos(), "%s: %s", s.Name.Name, why))
				} else if n > maxMethods {
					faults = append(faults, p.fault(s.Pos(), "%s is an interface of %d methods, more than %d: it has several users in mind, or a line of its comment begins with %q and says why", s.Name.Name, n, maxMethods, wide))
				}
			})
		}
		for _, f := range p.files {
			faults = append(faults, nameless(p, f)...)
		}
	}
	return faults
}

// nameless finds wide interfaces that are no type of their own, as of a parameter.
func nameless(p *source, f *ast.File) (faults []string) {
	named := map[ast.Expr]bool{}
	eachType(f, func(s *ast.TypeSpec, _ string) { named[s.Type] = true })

	ast.Inspect(f, func(n ast.Node) bool {
		if i, ok := n.(*ast.InterfaceType); ok && !named[i] && i.Methods.NumFields() > maxMethods {
			faults = append(faults, p.fault(i.Pos(), "an interface of %d methods, more than %d", i.Methods.NumFields(), maxMethods))
		}
		return true
	})
	return faults
}

// eachType tells of the types that a file declares, with their comments.
func eachType(f *ast.File, tell func(s *ast.TypeSpec, comment string)) {
	for _, d := range f.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, s := range group.Specs {
			if s, ok := s.(*ast.TypeSpec); ok {
				tell(s, s.Doc.Text()+group.Doc.Text())
			}
		}
	}
}

// interfaces are those of the module by package and name, each with its file.
type interfaces map[string]struct {
	p *source
	f *ast.File
	i *ast.InterfaceType
}

func (known interfaces) add(p *source) {
	for _, f := range p.files {
		eachType(f, func(s *ast.TypeSpec, _ string) {
			if i, ok := s.Type.(*ast.InterfaceType); ok {
				known[p.dir+"."+s.Name.Name] = struct {
					p *source
					f *ast.File
					i *ast.InterfaceType
				}{p, f, i}
			}
		})
	}
}

// others are the methods of interfaces from elsewhere that ours are put together from.
func others() map[string]int {
	return map[string]int{
		"error":                   1,
		"any":                     0,
		"comparable":              0,
		"context.Context":         4,
		"io.Closer":               1,
		"io.Reader":               1,
		"io.Writer":               1,
		"net/http.Handler":        1,
		"net/http.RoundTripper":   1,
		"net/http.ResponseWriter": 3,
	}
}

// methods counts those of an interface, with those of the interfaces within it; why
// says what could not be counted.
func (known interfaces) methods(p *source, f *ast.File, i *ast.InterfaceType) (n int, why string) {
	for _, field := range i.Methods.List {
		if len(field.Names) > 0 {
			n += len(field.Names)
			continue
		}

		name := embedded(p, f, field.Type)
		if name == "" { // a set of types, for a type parameter
			continue
		}
		if inner, ours := known[name]; ours {
			more, why := known.methods(inner.p, inner.f, inner.i)
			if why != "" {
				return n, why
			}
			n += more
			continue
		}
		more, ok := others()[strings.TrimPrefix(name, p.dir+".")]
		if !ok {
			return n, "how many methods " + name + " has is not known: add it to others"
		}
		n += more
	}
	return n, ""
}

// embedded is the name of an interface within another, with its package's folder or
// path.
func embedded(p *source, f *ast.File, e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return p.dir + "." + e.Name
	case *ast.SelectorExpr:
		x, ok := e.X.(*ast.Ident)
		if !ok {
			return ""
		}
		path := imported(f)[x.Name]
		if name, ours := within(path); ours {
			path = name
		}
		return path + "." + e.Sel.Name
	case *ast.IndexExpr:
		return embedded(p, f, e.X)
	}
	return ""
}

// imported are the paths that a file imports, by the name that they have in it.
func imported(f *ast.File) map[string]string {
	paths := map[string]string{}
	for _, i := range f.Imports {
		path, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			continue
		}
		name := nameOfPackage(path)
		if i.Name != nil {
			name = i.Name.Name
		}
		paths[name] = path
	}
	return paths
}

// fault is a sentence about a place in the code.
func (p *source) fault(at token.Pos, format string, args ...any) string {
	return fmt.Sprintf("%s: %s", p.set.Position(at), fmt.Sprintf(format, args...))
}

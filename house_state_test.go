package careline_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// readsEnvironment is the one package that may ask for settings.
const readsEnvironment = "cmd/careline"

// makesReleases is a program of its own, which asks what time the release is of.
const makesReleases = "deploy/dist"

func TestOnlyTheCommandReadsTheEnvironment(t *testing.T) {
	t.Parallel()
	for _, p := range sources(t) {
		for _, fault := range environment(p) {
			t.Error(fault)
		}
	}
}

// environment finds what reads or changes the environment, by whatever name the
// package that does it was imported.
func environment(p *source) (faults []string) {
	if p.dir == readsEnvironment || p.dir == makesReleases {
		return nil
	}
	keepers := []string{"os", "syscall", "golang.org/x/sys/unix"}
	words := []string{"Getenv", "LookupEnv", "Environ", "ExpandEnv", "Setenv", "Unsetenv", "Clearenv"}

	for _, f := range p.files {
		paths := imported(f)
		for _, i := range f.Imports {
			if i.Name != nil && i.Name.Name == "." && slices.Contains(keepers, strings.Trim(i.Path.Value, `"`)) {
				faults = append(faults, p.fault(i.Pos(), "imported without a name, so that nobody sees whether the environment is read"))
			}
		}

		ast.Inspect(f, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := s.X.(*ast.Ident)
			if ok && slices.Contains(keepers, paths[x.Name]) && slices.Contains(words, s.Sel.Name) {
				faults = append(faults, p.fault(s.Pos(), "only %s reads the environment", readsEnvironment))
			}
			return true
		})
	}
	return faults
}

func TestPackageVariablesDoNotChange(t *testing.T) {
	t.Parallel()
	for _, p := range sources(t) {
		for _, fault := range changes(p) {
			t.Error(fault)
		}
	}
}

// mayHold are the types of package sync that a package may have a variable of: what
// they hold is the same whoever asks. All others exist in order to change.
func mayHold() []string { return []string{"Once", "OnceFunc", "OnceValue", "OnceValues", "Pool"} }

// changes finds what changes a variable of a package, ours or another's, or could:
// assignments to it or within it, its address, and types that exist to be changed.
func changes(p *source) (faults []string) {
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	// What is not found is told by the compiler; here only our own names count.
	config := types.Config{Importer: named{}, Error: func(error) {}}
	_, _ = config.Check(p.dir, p.set, p.files, info)

	for _, f := range p.files {
		say := func(e ast.Expr, what string) {
			if name := variable(info, e); name != "" {
				faults = append(faults, p.fault(e.Pos(), "%s of the package variable %s", what, name))
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, e := range n.Lhs {
					say(e, "an assignment")
				}
			case *ast.IncDecStmt:
				say(n.X, "a change")
			case *ast.RangeStmt:
				say(n.Key, "an assignment")
				say(n.Value, "an assignment")
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					say(n.X, "the address")
				}
			case *ast.CallExpr:
				if changesItsArgument(f, n) {
					say(n.Args[0], "a change")
				}
			}
			return true
		})
		faults = append(faults, changeable(p, f)...)
	}
	return faults
}

// changesItsArgument reports whether a call is of a function that changes the first
// thing it is given.
func changesItsArgument(f *ast.File, call *ast.CallExpr) bool {
	if len(call.Args) == 0 {
		return false
	}
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		return slices.Contains([]string{"clear", "copy", "delete"}, fun.Name)
	case *ast.SelectorExpr:
		x, ok := fun.X.(*ast.Ident)
		if !ok {
			return false
		}
		path := imported(f)[x.Name]
		return path == "sort" || path == "slices" && (strings.HasPrefix(fun.Sel.Name, "Sort") && !strings.HasPrefix(fun.Sel.Name, "Sorted") || fun.Sel.Name == "Reverse") ||
			path == "maps" && (fun.Sel.Name == "Copy" || fun.Sel.Name == "DeleteFunc" || fun.Sel.Name == "Insert")
	}
	return false
}

// variable is the name of the package variable that e is, or is a part of; "" when it
// is none.
func variable(info *types.Info, e ast.Expr) string {
	for {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.SelectorExpr:
			if of, ok := x.X.(*ast.Ident); ok {
				if _, ok := info.Uses[of].(*types.PkgName); ok {
					return of.Name + "." + x.Sel.Name
				}
			}
			e = x.X
		case *ast.Ident:
			v, ok := info.Uses[x].(*types.Var)
			if ok && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
				return v.Name()
			}
			return ""
		default: // a call's result, a literal
			return ""
		}
	}
}

// changeable finds variables of types that exist to be changed.
func changeable(p *source, f *ast.File) (faults []string) {
	paths := imported(f)
	for _, d := range f.Decls {
		group, ok := d.(*ast.GenDecl)
		if !ok || group.Tok != token.VAR {
			continue
		}
		ast.Inspect(group, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false // what runs later has variables of its own
			case *ast.SelectorExpr:
				x, ok := n.X.(*ast.Ident)
				if !ok {
					return true
				}
				path := paths[x.Name]
				if path == "sync/atomic" || path == "sync" && !slices.Contains(mayHold(), n.Sel.Name) {
					faults = append(faults, p.fault(n.Pos(), "a package variable of %s.%s, which exists to be changed: give it to whoever needs it", x.Name, n.Sel.Name))
				}
			}
			return true
		})
	}
	return faults
}

// named is an importer of packages of which nothing is known but the name.
type named struct{}

func (named) Import(path string) (*types.Package, error) {
	p := types.NewPackage(path, nameOfPackage(path))
	p.MarkComplete()
	return p, nil
}

// nameOfPackage is the name that a package most likely has.
func nameOfPackage(path string) string {
	parts := strings.Split(path, "/")
	if last := parts[len(parts)-1]; len(parts) > 1 && regexp.MustCompile(`^v[0-9]+$`).MatchString(last) {
		parts = parts[:len(parts)-1]
	}
	name, _, _ := strings.Cut(parts[len(parts)-1], ".")
	return name
}

// source is the code of one package, without its tests and what a program wrote.
type source struct {
	dir   string // such as "cmd/careline"; "" is the root
	set   *token.FileSet
	files []*ast.File
	text  map[string][]string // the lines of each file, by its path
}

func (p *source) add(path, text string) error {
	f, err := parser.ParseFile(p.set, path, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if !ast.IsGenerated(f) {
		p.files = append(p.files, f)
		p.text[path] = strings.Split(text, "\n")
	}
	return nil
}

func newSource(dir string) *source {
	return &source{dir: dir, set: token.NewFileSet(), text: map[string][]string{}}
}

// sources are the packages of the module.
func sources(t *testing.T) []*source {
	t.Helper()
	all := map[string]*source{}
	for _, path := range goFiles(t, func(path string) bool { return !strings.HasSuffix(path, "_test.go") }) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		dir := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), ".")
		if all[dir] == nil {
			all[dir] = newSource(dir)
		}
		if err := all[dir].add(path, string(text)); err != nil {
			t.Fatal(err)
		}
	}
	return slices.SortedFunc(maps.Values(all), func(a, b *source) int { return strings.Compare(a.dir, b.dir) })
}

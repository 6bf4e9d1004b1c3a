package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// bill writes what careline is made of, in CycloneDX's JSON: the Go modules, as the
// binary itself names them, and the packages of the web app, as its lock file does.
func (r release) bill(ctx context.Context, binary, work string) error {
	modules, err := r.modules(ctx, binary, work)
	if err != nil {
		return err
	}
	packages, err := r.packages(ctx)
	if err != nil {
		return err
	}

	file, err := os.Create(filepath.Join(r.out, "careline_"+strings.TrimPrefix(r.version, "v")+".cdx.json"))
	if err != nil {
		return fmt.Errorf("make the bill of materials: %w", err)
	}
	written := cdx.NewBOMEncoder(file, cdx.BOMFileFormatJSON).SetPretty(true).Encode(r.joined(modules, packages))
	if err := errors.Join(written, file.Close()); err != nil {
		return fmt.Errorf("write the bill of materials: %w", err)
	}
	return nil
}

func (r release) modules(ctx context.Context, binary, work string) (*cdx.BOM, error) {
	file := filepath.Join(work, "modules.json")
	cmd := exec.CommandContext(ctx, "go", "tool", "cyclonedx-gomod", "bin", "-json", "-output", file, "-version", r.version, binary)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("list the modules of the binary: %w\n%s", err, out)
	}

	listed, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the list of modules: %w", err)
	}
	return decoded(listed)
}

// packages are those that the app is made of. npm itself is not asked to leave out
// those of the development: it would leave out also what these need, React among it.
func (r release) packages(ctx context.Context) (*cdx.BOM, error) {
	cmd := exec.CommandContext(ctx, "npm", "sbom", "--sbom-format", "cyclonedx", "--package-lock-only")
	cmd.Dir, cmd.Stderr = filepath.Join(r.source, "web"), os.Stderr
	listed, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list the packages of the web app: %w", err)
	}
	bom, err := decoded(listed)
	if err != nil {
		return nil, err
	}

	left := map[string]bool{}
	packages := slices.DeleteFunc(*bom.Components, func(c cdx.Component) bool {
		left[c.BOMRef] = onlyForDevelopment(c)
		return left[c.BOMRef]
	})
	dependencies := slices.DeleteFunc(*bom.Dependencies, func(d cdx.Dependency) bool { return left[d.Ref] })
	for i, d := range dependencies {
		needs := slices.DeleteFunc(valueOf(d.Dependencies), func(ref string) bool { return left[ref] })
		dependencies[i].Dependencies = &needs
	}
	bom.Components, bom.Dependencies = &packages, &dependencies
	return bom, nil
}

// onlyForDevelopment reports whether a package is in no app that was built: npm says so
// of what development alone asks for, and "optional" of what nobody has to have.
func onlyForDevelopment(c cdx.Component) bool {
	if c.Scope == cdx.ScopeOptional {
		return true
	}
	return c.Properties != nil && slices.Contains(*c.Properties, cdx.Property{Name: "cdx:npm:package:development", Value: "true"})
}

func decoded(listed []byte) (*cdx.BOM, error) {
	bom := new(cdx.BOM)
	if err := cdx.NewBOMDecoder(bytes.NewReader(listed), cdx.BOMFileFormatJSON).Decode(bom); err != nil {
		return nil, fmt.Errorf("read a bill of materials: %w", err)
	}
	return bom, nil
}

// joined is one bill of two: careline, which is made of modules, and of the web app,
// which is made of packages. The same source gives the same bill.
func (r release) joined(modules, packages *cdx.BOM) *cdx.BOM {
	app := *packages.Metadata.Component
	all := append(*modules.Components, app)
	all = append(all, *packages.Components...)

	careline := *modules.Metadata.Component
	rest := append([]cdx.Dependency{}, *packages.Dependencies...)
	for _, d := range *modules.Dependencies {
		if d.Ref == careline.BOMRef {
			needs := append([]string{}, valueOf(d.Dependencies)...)
			needs = append(needs, app.BOMRef)
			d.Dependencies = &needs
		}
		rest = append(rest, d)
	}

	bom := cdx.NewBOM()
	bom.Metadata = &cdx.Metadata{Timestamp: r.at.Format(time.RFC3339), Component: &careline}
	bom.Components, bom.Dependencies = &all, &rest
	return bom
}

func valueOf(list *[]string) []string {
	if list == nil {
		return nil
	}
	return *list
}

package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// console is where a command prints: its answer, and beside it what a person should
// know and a program that reads the answer should not.
type console struct{ out, aside io.Writer }

// commandLine is everything that careline can be told to do. A command is a function
// that makes it (serveCommand), in the file of what it does; here is its place among
// the others.
func commandLine(from source) *cobra.Command {
	root := bareRoot()
	within := func(id string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = id
			root.AddCommand(c)
		}
	}

	within(groupRun, serveCommand(from), demoCommand(), sandboxCommand())
	within(groupSetUp, doctorCommand(from), provisionCommand(from), migrateCommand(from))
	within(groupLook, replayCommand(from), purgeCommand(from), exportCommand(from))
	root.AddCommand(versionCommand())
	return root
}

// bareRoot is careline before it has commands.
func bareRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "careline",
		Short:         "A clinician calls a patient from the browser, and the call is in the health record",
		Long:          "careline: a clinician calls a patient from the browser, and the call is in the health record.",
		Args:          known,
		RunE:          runRoot,
		SilenceErrors: true, // main prints them, once
		SilenceUsage:  true,
	}

	root.Flags().BoolP("version", "v", false, "print the version")
	root.SetFlagErrorFunc(unknownFlag)
	root.SetHelpCommand(helpCommand())
	root.AddGroup(
		&cobra.Group{ID: groupRun, Title: "To run it:"},
		&cobra.Group{ID: groupSetUp, Title: "To set it up:"},
		&cobra.Group{ID: groupLook, Title: "To look after it:"},
	)
	return root
}

// The groups of commands.
const (
	groupRun   = "run"
	groupSetUp = "set-up"
	groupLook  = "look-after"
)

func runRoot(c *cobra.Command, _ []string) error {
	if asked, _ := c.Flags().GetBool("version"); asked { // the flag is the root's own
		return printVersion(c.OutOrStdout())
	}
	return c.Help()
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return printVersion(c.OutOrStdout()) },
	}
}

func printVersion(out io.Writer) error {
	_, err := fmt.Fprintln(out, "careline", version)
	return err
}

// helpCommand tells of a command, and fails where there is none, which cobra's own
// does not.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Tell about a command",
		ValidArgsFunction: func(c *cobra.Command, _ []string, begun string) (names []cobra.Completion, _ cobra.ShellCompDirective) {
			for _, sub := range c.Root().Commands() {
				if sub.IsAvailableCommand() && strings.HasPrefix(sub.Name(), begun) {
					names = append(names, cobra.CompletionWithDesc(sub.Name(), sub.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, err := c.Root().Find(args)
			if err == nil {
				err = known(about, rest)
			}
			if err != nil {
				return err
			}

			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// known refuses a word where a command of c should stand, and names those that are
// nearly it.
func known(c *cobra.Command, args []string) error {
	if len(args) == 0 || !c.HasSubCommands() {
		return nil
	}

	told := fmt.Sprintf("there is no command %q", strings.TrimSpace(strings.TrimPrefix(c.CommandPath()+" "+args[0], "careline")))
	c.SuggestionsMinimumDistance = nearAtMost
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		told += "; did you mean " + strings.Join(near, " or ") + "?"
	}
	if !strings.HasSuffix(told, "?") {
		told += ";"
	}
	return errors.New(told + " " + strings.TrimSpace(c.CommandPath()) + " --help lists what there is")
}

// noWords is the rule of a command that takes flags alone.
func noWords(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return fmt.Errorf("%s does not know what to do with %q; see %[1]s --help", c.CommandPath(), args[0])
}

// unknownFlag says which flag is nearly the one that was typed.
func unknownFlag(c *cobra.Command, err error) error {
	missing, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return fmt.Errorf("%s: %w; see %[1]s --help", c.CommandPath(), err)
	}

	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	typed := missing.GetSpecifiedName()
	dashes := "--"
	if shorthand := missing.GetSpecifiedShortnames(); shorthand != "" { // -json is read as -j -s -o -n
		typed, dashes = shorthand, "-"
	}

	told := fmt.Sprintf("%s has no flag %s%s", c.CommandPath(), dashes, typed)
	near := nearest(typed, names)
	if slices.Contains(names, typed) {
		near = typed
	}
	if near != "" {
		return fmt.Errorf("%s; did you mean --%s?", told, near)
	}
	return fmt.Errorf("%s; see %s --help", told, c.CommandPath())
}

package cli

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// release is the version of this source tree; builds of a tagged module say their own.
const release = "0.1.0-dev"

// Software names the system and its build, as events carry it.
func Software() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return "darkwake " + info.Main.Version
	}
	return "darkwake " + release
}

// NewVersion is the verb that prints the version. Usage marks an error as one of the command line.
func NewVersion(usage func(error) error) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage(fmt.Errorf("%d arguments: expected none", len(args)))
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(c.OutOrStdout(), Software())
			return err
		},
	}
}

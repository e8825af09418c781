package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/darkwake/darkwake/internal/cli"
	"github.com/darkwake/darkwake/pkg/pipeline"
	"github.com/spf13/cobra"
)

func newConfig() *cobra.Command {
	var f engineFlags
	c := &cobra.Command{
		Use:   "config",
		Short: "Print every parameter with its bounds, meaning and source, as YAML",
		Long: `Prints the configuration that replay would go by: every parameter of every part, in the order of the data's path, each
with its bounds, what it decides and where its number comes from, and the hash that every event carries. The output is a
configuration file itself. A file for replay --config need only name what differs:

  gap:
    publish: 12h`,
		Args: exactly(0, "none"),
		RunE: func(c *cobra.Command, _ []string) error {
			config, err := f.configuration()
			if err != nil {
				return err
			}
			effective, err := config.Effective()
			if err != nil {
				return usageError{err}
			}
			return effective.Write(c.OutOrStdout())
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.config, "config", "", "a file (YAML) to lay over the defaults")
	fl.StringVar(&f.gazetteer, "gazetteer", "", "a gazetteer of your own (CSV), as for replay: it changes the hash")
	fl.StringArrayVar(&f.lists, "list", nil, "watch list, as for replay: it changes the hash")
	return c
}

// readConfig is the defaults with what a file says, if one is named.
func readConfig(path string) (pipeline.Config, error) {
	c := pipeline.Defaults()
	c.Software = cli.Software()
	if path == "" {
		return c, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return c, usageError{fmt.Errorf("--config: %w", err)}
	}
	defer file.Close()
	if err := c.Read(file); err != nil {
		return c, usageError{fmt.Errorf("--config %s: %s", path, strings.ReplaceAll(err.Error(), "\n", "; "))}
	}
	return c, nil
}

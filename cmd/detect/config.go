package main

import (
	"encoding/json"

	"github.com/darkwake/darkwake/pkg/pipeline"
	"github.com/spf13/cobra"
)

func newConfig() *cobra.Command {
	c := &cobra.Command{
		Use:   "config",
		Short: "Show the parameters of every part",
		Args:  exactly(1, "print-defaults"),
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(&cobra.Command{
		Use:   "print-defaults",
		Short: "Print every parameter with its default, as JSON, in the order of the data's path",
		Args:  exactly(0, "none"),
		RunE: func(c *cobra.Command, _ []string) error {
			enc := json.NewEncoder(c.OutOrStdout())
			enc.SetIndent("", "  ")
			return enc.Encode(pipeline.Defaults())
		},
	})
	return c
}

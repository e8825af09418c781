package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"
)

// EnvName is the environment variable that sets a flag: --data-dir is DARKWAKE_DATA_DIR.
func EnvName(flag string) string {
	return "DARKWAKE_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// Env sets every flag that the command line left alone from its environment variable, if there is one. The error names the
// variable.
func Env(flags *pflag.FlagSet) error {
	var failed error
	flags.VisitAll(func(f *pflag.Flag) {
		value, ok := os.LookupEnv(EnvName(f.Name))
		if f.Changed || !ok || failed != nil {
			return
		}
		if err := flags.Set(f.Name, value); err != nil {
			failed = fmt.Errorf("%s: %w", EnvName(f.Name), err)
		}
	})
	return failed
}

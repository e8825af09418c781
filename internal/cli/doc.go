// Package cli is what the programs' command lines share: values from the environment, and how a broker is reached.
package cli

// Package secret keeps keys and passwords out of logs, errors and files of configuration: a Value prints itself as stars,
// and configurations name a variable of the environment, or of a file, where a secret is to be put in.
package secret

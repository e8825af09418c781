//go:build !linux

package faults

import "syscall"

// diesWithParent is for Linux only: elsewhere a broker outlives a test that is killed.
func diesWithParent() *syscall.SysProcAttr { return nil }

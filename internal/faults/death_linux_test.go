package faults

import "syscall"

// diesWithParent has the kernel end the broker when the test is killed before it could.
func diesWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

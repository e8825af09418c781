package faults

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Service runs programs and keeps them running.
type Service struct {
	tb   testing.TB
	bin  string // folder of the programs
	Dir  string // where each has a log, and may write
	args []string

	mutex sync.Mutex
	all   []*Process
}

// NewService keeps programs of a folder, all of which get these arguments behind their own.
func NewService(tb testing.TB, bin string, args ...string) *Service {
	s := &Service{tb: tb, bin: bin, Dir: tb.TempDir(), args: args}
	tb.Cleanup(s.stop)
	return s
}

// Process is a program that is started again whenever it dies, until it ends well or is told to stop.
type Process struct {
	Name    string
	Deaths  int // how often it was killed or failed
	s       *Service
	program string
	args    []string
	log     *os.File
	mutex   sync.Mutex
	running *exec.Cmd
	stopped bool
	ended   chan struct{} // closed when it is not started again
	err     error         // why, nil if it ended well
}

// Start starts a program.
func (s *Service) Start(name, program string, args ...string) *Process {
	s.tb.Helper()
	log, err := os.Create(filepath.Join(s.Dir, name+".log"))
	if err != nil {
		s.tb.Fatal(err)
	}
	p := &Process{Name: name, s: s, program: filepath.Join(s.bin, program), args: append(args, s.args...), log: log, ended: make(chan struct{})}
	s.mutex.Lock()
	s.all = append(s.all, p)
	s.mutex.Unlock()
	go p.keep()
	return p
}

// keep starts the program again and again.
func (p *Process) keep() {
	defer close(p.ended)
	defer p.log.Close()
	for {
		p.mutex.Lock()
		if p.stopped {
			p.mutex.Unlock()
			return
		}
		c := exec.Command(p.program, p.args...)
		c.Stdout, c.Stderr, c.Dir = p.log, p.log, p.s.Dir
		c.SysProcAttr = diesWithParent()
		p.err = c.Start()
		p.running = c
		p.mutex.Unlock()
		if p.err != nil {
			return
		}
		if p.err = c.Wait(); p.err == nil {
			return
		}
		var exit *exec.ExitError
		if errors.As(p.err, &exit) && exit.ExitCode() == 2 {
			return // wrong usage will not mend itself
		}
		p.mutex.Lock()
		p.Deaths++
		fmt.Fprintf(p.log, "---- died: %v\n", p.err)
		p.mutex.Unlock()
		time.Sleep(50 * time.Millisecond)
	}
}

// Kill kills the program, which is started again; Term asks it to stop in order, after which it is started again if it says
// that it failed.
func (p *Process) Kill() { p.signal(syscall.SIGKILL) }

// Term asks the program to stop.
func (p *Process) Term() { p.signal(syscall.SIGTERM) }

func (p *Process) signal(s syscall.Signal) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.running != nil {
		_ = p.running.Process.Signal(s) // it may be gone already
	}
}

// Stop ends the program for good and waits for it.
func (p *Process) Stop(s syscall.Signal) {
	p.mutex.Lock()
	p.stopped = true
	p.mutex.Unlock()
	p.signal(s)
	<-p.ended
}

// Wait waits until the program has ended well.
func (p *Process) Wait(ctx context.Context) error {
	select {
	case <-p.ended:
		if p.err != nil {
			return fmt.Errorf("%s: %w\n%s", p.Name, p.err, p.Log())
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s: %w\n%s", p.Name, context.Cause(ctx), p.Log())
	}
}

// Ended tells whether the program has ended.
func (p *Process) Ended() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// Log is the end of what the program has said.
func (p *Process) Log() string {
	said, err := os.ReadFile(p.log.Name())
	if err != nil {
		return err.Error()
	}
	lines := bytes.Split(said, []byte("\n"))
	return string(bytes.Join(lines[max(0, len(lines)-40):], []byte("\n")))
}

// stop ends everything.
func (s *Service) stop() {
	for _, p := range s.all {
		p.Stop(syscall.SIGKILL)
		if s.tb.Failed() {
			s.tb.Logf("%s, %d deaths, said\n%s", p.Name, p.Deaths, p.Log())
		}
	}
}

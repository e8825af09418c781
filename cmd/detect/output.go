package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// folder is where a run writes its files. A file appears under its name only when it is whole.
type folder string

// newFolder makes the folder if it is missing.
func newFolder(path string) (folder, error) {
	if path == "" {
		return "", errors.New("no folder named")
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return "", err
	}
	return folder(path), nil
}

// outputFile writes to a temporary name and takes its own at Close.
type outputFile struct {
	*os.File
	name string
}

// create opens a file of the folder for writing.
func (d folder) create(name string) (*outputFile, error) {
	f, err := os.CreateTemp(string(d), "."+name+"-*")
	if err != nil {
		return nil, fmt.Errorf("create %s: %w", name, err)
	}
	return &outputFile{File: f, name: filepath.Join(string(d), name)}, nil
}

// Close makes the file appear under its name.
func (f *outputFile) Close() error {
	err := errors.Join(f.Chmod(0o644), f.File.Close())
	if err == nil {
		err = os.Rename(f.File.Name(), f.name)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", f.name, errors.Join(err, f.discard()))
	}
	return nil
}

func (f *outputFile) discard() error {
	err := os.Remove(f.File.Name())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// write makes one file of the folder from what fill writes.
func (d folder) write(name string, fill func(io.Writer) error) error {
	f, err := d.create(name)
	if err != nil {
		return err
	}
	if err := fill(f); err != nil {
		return fmt.Errorf("write %s: %w", name, errors.Join(err, f.File.Close(), f.discard()))
	}
	return f.Close()
}

package realkafka

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// The environment that tests and CI may set.
const (
	JarsEnv    = "DARKWAKE_KAFKA_JARS"    // the directory that keeps the jars, instead of one in the user's cache
	RequireEnv = "DARKWAKE_REQUIRE_KAFKA" // 1: a missing Java, Maven or jar fails tests instead of skipping them
)

// oldestJava is what Kafka 4's brokers ask for.
const oldestJava = 17

//go:embed pom.xml
var pom []byte

// Version is the release of Apache Kafka that is run.
func Version() string {
	found := regexp.MustCompile(`<kafka\.version>(.+)</kafka\.version>`).FindSubmatch(pom)
	return string(found[1])
}

// Fetch returns the directory with Kafka's jars, and has Maven fetch them if they are not there. Several processes may
// call it at once: the first that is done wins.
func Fetch(ctx context.Context) (string, error) {
	dir, err := jarsDir()
	if err != nil {
		return "", fmt.Errorf("fetch kafka's jars: %w", err)
	}
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	if err := fetchInto(ctx, dir); err != nil {
		return "", fmt.Errorf("fetch kafka's jars: %w", err)
	}
	return dir, nil
}

func jarsDir() (string, error) {
	name := "kafka-" + Version()
	if dir := os.Getenv(JarsEnv); dir != "" {
		return filepath.Join(dir, name), nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, "darkwake", name), nil
}

// fetchInto fetches beside the directory and renames, so that half a set of jars is never taken for one.
func fetchInto(ctx context.Context, dir string) error {
	maven, err := exec.LookPath("mvn")
	if err != nil {
		return fmt.Errorf("maven: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	part, err := os.MkdirTemp(filepath.Dir(dir), "fetching-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(part)
	if err := os.WriteFile(filepath.Join(part, "pom.xml"), pom, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "fetching Apache Kafka %s by Maven into %s (43 MB, once)\n", Version(), dir)
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	jars := filepath.Join(part, "jars")
	command := exec.CommandContext(ctx, maven, "--batch-mode", "--quiet", "dependency:copy-dependencies", "-DoutputDirectory="+jars)
	command.Dir = part
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", command, err, lastLines(out, 10))
	}
	if err := os.Rename(jars, dir); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return nil
}

// findJava returns the java program, of JAVA_HOME or the path, if it is new enough.
func findJava(ctx context.Context) (string, error) {
	name := "java"
	if home := os.Getenv("JAVA_HOME"); home != "" {
		name = filepath.Join(home, "bin", "java")
	}
	java, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("java: %w", err)
	}
	out, err := exec.CommandContext(ctx, java, "-version").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("ask %s its version: %w", java, err)
	}
	if n := javaVersion(out); n < oldestJava {
		return "", fmt.Errorf("%s is version %d: kafka %s asks for %d", java, n, Version(), oldestJava)
	}
	return java, nil
}

// javaVersion reads `openjdk version "17.0.15" …`. Before 9 it was 1.8 and the like: then it is 1. Unreadable is 0.
func javaVersion(out []byte) int {
	found := regexp.MustCompile(`version "(\d+)`).FindSubmatch(out)
	if found == nil {
		return 0
	}
	n, err := strconv.Atoi(string(found[1]))
	if err != nil {
		return 0
	}
	return n
}

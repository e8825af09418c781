package ui

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const assets = "../assets"

// TestBuiltFilesKeepTheirBudgetOfBytes holds what is committed to section 5 of the page's specification, as it goes over the
// wire (brotli). A kB is 1024 bytes. The HTML itself, which shares the first budget, is weighed by the browser tests.
func TestBuiltFilesKeepTheirBudgetOfBytes(t *testing.T) {
	for _, budget := range []struct {
		what  string
		files []string
		kB    int64
	}{
		// Of 60 kB before the map: what is left over is for HTML and the page's own style sheet.
		{"modules, charts and styles before the map", []string{"app/app.js", "app/app.css", "uplot-1.6.32/uplot.mjs"}, 40},
		{"the map's code", []string{"app/map.js", "app/shores.mjs", "maplibre-6.17.0/maplibre-gl.mjs", "maplibre-6.17.0/maplibre-gl-worker.mjs"}, 364},
		{"what reads a dropped file", []string{"app/drop.js", "app/drop.css"}, 8},
	} {
		t.Run(budget.what, func(t *testing.T) {
			var sum int64
			for _, name := range budget.files {
				sum += size(t, name+".br")
			}
			t.Logf("%d bytes of %d", sum, budget.kB<<10)
			if sum == 0 || sum > budget.kB<<10 {
				t.Errorf("%v weigh %d bytes, want at most %d", budget.files, sum, budget.kB<<10)
			}
		})
	}
}

// TestEveryBuiltFileHasItsCompressedTwins asks for .br and .gz beside each file, smaller than it.
func TestEveryBuiltFileHasItsCompressedTwins(t *testing.T) {
	for _, folder := range []string{"app", "maplibre-6.17.0", "uplot-1.6.32"} {
		entries, err := os.ReadDir(filepath.Join(assets, folder))
		if err != nil || len(entries) == 0 {
			t.Fatalf("read %s: %v, %d files", folder, err, len(entries))
		}
		for _, e := range entries {
			name := folder + "/" + e.Name()
			if strings.HasSuffix(name, ".br") || strings.HasSuffix(name, ".gz") {
				continue
			}
			for _, twin := range []string{".br", ".gz"} {
				if got, plain := size(t, name+twin), size(t, name); got >= plain {
					t.Errorf("%s%s has %d bytes, the file itself %d", name, twin, got, plain)
				}
			}
		}
	}
}

// TestBuiltFilesAskForNothingElsewhere looks for what the page's policy would refuse: code from text, and addresses of
// scripts, styles, fonts or tiles on other hosts. Addresses in comments, licences and names of XML are none.
func TestBuiltFilesAskForNothingElsewhere(t *testing.T) {
	for _, name := range []string{"app/app.js", "app/map.js", "app/shores.mjs", "app/drop.js"} {
		text, err := os.ReadFile(filepath.Join(assets, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "https://", "//# sourceMappingURL"} {
			if strings.Contains(string(text), word) {
				t.Errorf("%s has %q", name, word)
			}
		}
	}
}

// TestBuiltFilesAreThoseOfTheSources builds anew where Node and the packages are there; elsewhere it says that it did not.
func TestBuiltFilesAreThoseOfTheSources(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("no node: the build is not compared with its sources")
	}
	if _, err := os.Stat("node_modules/esbuild"); err != nil {
		t.Skip("no node_modules (npm ci in pkg/web/ui): the build is not compared with its sources")
	}
	if out, err := exec.Command("node", "build.mjs", "--check").CombinedOutput(); err != nil {
		t.Errorf("node build.mjs --check: %v\n%s", err, out)
	}
}

// TestPackagesAreLockedToExactVersions asks for a version, never a range, and for a lock that names no host of packages.
func TestPackagesAreLockedToExactVersions(t *testing.T) {
	text, err := os.ReadFile("package.json")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct{ Dependencies, DevDependencies map[string]string }
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	if len(manifest.Dependencies) == 0 {
		t.Fatal("package.json names no dependencies")
	}
	for _, list := range []map[string]string{manifest.Dependencies, manifest.DevDependencies} {
		for name, version := range list {
			if strings.Trim(version, "0123456789.") != "" {
				t.Errorf("%s is asked for as %q, want one version", name, version)
			}
		}
	}
	lock, err := os.ReadFile("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(lock), `"resolved"`) {
		t.Error("package-lock.json names hosts: make it with --omit-lockfile-registry-resolved")
	}
}

func size(t *testing.T, name string) int64 {
	t.Helper()
	info, err := os.Stat(filepath.Join(assets, name))
	if err != nil {
		t.Fatalf("no built file: %v (make ui)", err)
	}
	return info.Size()
}

package secret

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestASecretPrintsAsStars(t *testing.T) {
	v := Value("hunter2")
	body, err := json.Marshal(struct{ Key Value }{v})
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{v.String(), fmt.Sprintf("%v %+v %#v %s %q", v, v, v, v, v), string(body), fmt.Errorf("login %v", v).Error()} {
		if strings.Contains(shown, "hunter2") || !strings.Contains(shown, "***") {
			t.Errorf("got %q", shown)
		}
	}
	if v.Reveal() != "hunter2" || Value("").String() != "" {
		t.Error("the secret is lost, or nothing is shown as one")
	}
}

func TestVariablesComeFromTheEnvironmentOrAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(" from file \nsecond line\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("DW_TEST_A", "alpha")
	t.Setenv("DW_TEST_B_FILE", file)
	t.Setenv("DW_TEST_C_FILE", file+"none")
	for _, tc := range []struct{ text, want, fails string }{
		{"", "", ""}, {"plain", "plain", ""}, {"${DW_TEST_A}", "alpha", ""}, {"a/${DW_TEST_A}/${DW_TEST_B}", "a/alpha/from file", ""},
		{"${DW_TEST_C}", "", "no such file"}, {"${DW_TEST_D}", "", "neither DW_TEST_D nor DW_TEST_D_FILE"}, {"$DW_TEST_A", "$DW_TEST_A", ""},
	} {
		got, err := Expand(tc.text)
		if (err != nil) != (tc.fails != "") || err != nil && !strings.Contains(err.Error(), tc.fails) || err == nil && got != tc.want {
			t.Errorf("%q: got %q, %v", tc.text, got, err)
		}
	}
	if !Named("x${A}") || Named("$A") || Named("key") {
		t.Error("Named takes a secret for a variable, or the reverse")
	}
}

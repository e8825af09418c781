package table

import (
	"bytes"
	"strings"

	"github.com/darkwake/darkwake/pkg/ais"
)

// statusPhrase gives the code of ITU-R M.1371-5 table 48 for the words of the Danish table and of gpsd, which spell
// "manoeuvrability" in three ways.
func statusPhrase(cell []byte) (uint8, bool) {
	s := strings.ToLower(string(bytes.TrimSpace(cell)))
	for code, start := range []string{
		"under way using engine", "at anchor", "not under command", "restricted man", "constrained by", "moored",
		"aground", "engaged in fishing", "under way sailing",
	} {
		if strings.HasPrefix(s, start) {
			return uint8(code), true
		}
	}
	if strings.HasPrefix(s, "ais-sart") {
		return 14, true
	}
	return 0, false
}

// typePhrase gives the first code of ITU-R M.1371-5 table 53 for the words of the Danish table, 0 for those that
// say nothing.
func typePhrase(cell []byte) uint8 {
	switch strings.ToLower(string(bytes.TrimSpace(cell))) {
	case "wig":
		return 20
	case "fishing":
		return 30
	case "towing":
		return 31
	case "towing long/wide":
		return 32
	case "dredging":
		return 33
	case "diving":
		return 34
	case "military":
		return 35
	case "sailing":
		return 36
	case "pleasure":
		return 37
	case "hsc":
		return 40
	case "pilot":
		return 50
	case "sar":
		return 51
	case "tug":
		return 52
	case "port tender":
		return 53
	case "anti-pollution":
		return 54
	case "law enforcement":
		return 55
	case "spare 1":
		return 56
	case "spare 2":
		return 57
	case "medical":
		return 58
	case "not party to conflict":
		return 59
	case "passenger":
		return 60
	case "cargo":
		return 70
	case "tanker":
		return 80
	case "other":
		return 90
	}
	return 0
}

// hazard is the last digit that the Danish column "Cargo type" adds to a type that has hazard categories.
func hazard(kind uint8, cargo []byte) uint8 {
	if kind != 20 && kind != 40 && kind < 60 {
		return 0
	}
	s := strings.ToLower(string(cargo))
	for i, category := range []string{"category x", "category y", "category z", "category os"} {
		if strings.HasPrefix(s, category) {
			return uint8(i + 1)
		}
	}
	return 0
}

// classOf reads "A", "B", "Class A", "Class B" and the Danish names of stations that are neither.
func classOf(cell []byte) ais.Class {
	switch string(cell) {
	case "":
		return ais.ClassUnknown
	case "A", "Class A":
		return ais.ClassA
	case "B", "Class B":
		return ais.ClassB
	}
	switch strings.ToLower(string(bytes.TrimSpace(cell))) {
	case "a", "class a":
		return ais.ClassA
	case "b", "class b":
		return ais.ClassB
	case "base station", "aton", "sar airborne", "search and rescue transponder", "sart", "man overboard device":
		return ais.ClassOther
	}
	return ais.ClassUnknown
}

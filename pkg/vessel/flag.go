package vessel

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"strconv"
	"strings"
)

// midTable lists the maritime identification digits (ITU, Table of Maritime Identification Digits), one to a line
// and sorted, as mid,iso2,source.
//
//go:embed data/mid.csv
var midTable string

// FlagsHash is the SHA-256 of the table of identification digits in hexadecimal.
func FlagsHash() string {
	sum := sha256.Sum256([]byte(midTable))
	return hex.EncodeToString(sum[:])
}

// Flag returns the ISO 3166 alpha-2 code of the country that issued an MMSI, or "" when its digits are allocated to
// nobody. It reads the digits where ITU-R M.585-9 puts them: first in a ship's number, after 0 and 00 for groups
// and coast stations, after 8, 98, 99 and 111 for handhelds, craft of a parent ship, aids and aircraft. The flag is
// what the radio claims: a false one looks the same.
func Flag(m MMSI) string {
	mid := identificationDigits(m)
	if mid == 0 {
		return ""
	}
	key := "\n" + strconv.Itoa(int(mid)) + ","
	at := strings.Index(midTable, key)
	if at < 0 {
		return ""
	}
	rest := midTable[at+len(key):]
	code, _, _ := strings.Cut(rest, ",")
	return code
}

// identificationDigits cuts the three digits out, zero when the number has no place for them.
func identificationDigits(m MMSI) uint32 {
	n := uint32(m)
	switch {
	case m.Ship():
		return n / 1_000_000
	case n >= 1_000_000_000:
		return 0
	case n/10_000_000 == 98 || n/10_000_000 == 99:
		return n / 10_000 % 1000
	case n/100_000_000 == 8:
		return n / 100_000 % 1000
	case n/1_000_000 == 111:
		return n / 1000 % 1000
	case n < 10_000_000:
		return n / 10_000
	case n < 100_000_000:
		return n / 100_000
	}
	return 0
}

// Tanker tells whether an AIS ship type is a tanker's: 80 to 89 (ITU-R M.1371-5, table 53). Type 0 is "not
// available" and no tanker.
func Tanker(shipType uint8) bool { return shipType >= 80 && shipType <= 89 }

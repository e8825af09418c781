package place

import (
	"crypto/sha256"
	_ "embed"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// gradesFile holds the densities. Barrels to the tonne follow from degrees API: relative density 141.5 / (131.5 + API), water
// 999.016 kg/m³ at 60 °F, barrel 0.158987 m³, weighed in vacuum.
//
//go:embed data/grades.csv
var gradesFile string

// GradesHash is the SHA-256 of the table of grades in hexadecimal.
func GradesHash() string {
	sum := sha256.Sum256([]byte(gradesFile))
	return hex.EncodeToString(sum[:])
}

// DefaultBarrelsPerTonne is what a tonne of unknown Iranian crude is taken for: the mean of Iranian Light and Heavy,
// 7.253, to the two digits to which it is known (Light 7.35, Heavy 7.16).
const DefaultBarrelsPerTonne = 7.25

// Grade is a kind of crude, condensate or fuel oil.
type Grade struct {
	Name            string
	API             float64 // degrees at 60 °F
	BarrelsPerTonne float64
	Status          string // verified, derived or unverified
	Source          string
}

// Grades lists the grades that are known, Iranian ones and the blend they are passed off as. The list is made at every call.
func Grades() []Grade {
	rows, err := csv.NewReader(strings.NewReader(gradesFile)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("embedded grades: %v", err))
	}
	var grades []Grade
	for _, row := range rows[1:] {
		api, errAPI := strconv.ParseFloat(row[1], 64)
		barrels, errBarrels := strconv.ParseFloat(row[2], 64)
		if errAPI != nil || errBarrels != nil {
			panic(fmt.Sprintf("embedded grades: %q", row))
		}
		grades = append(grades, Grade{row[0], api, barrels, row[3], row[4]})
	}
	return grades
}

// BarrelsPerTonne is the conversion of a grade; for a name that is not known DefaultBarrelsPerTonne and false.
func BarrelsPerTonne(grade string) (float64, bool) {
	if grade != "" {
		for _, g := range Grades() {
			if g.Name == grade {
				return g.BarrelsPerTonne, true
			}
		}
	}
	return DefaultBarrelsPerTonne, false
}

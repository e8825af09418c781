package seen

import (
	"strings"
	"time"
)

// Row is a passage as a row of a table. Ids of events stand in one cell, a space between them.
type Row struct {
	MMSI     int64      `json:"mmsi"`
	IMO      *int64     `json:"imo"`
	Name     string     `json:"name"`
	Flag     string     `json:"flag"`
	Class    string     `json:"class"`
	Listed   string     `json:"listed"`
	AFirst   time.Time  `json:"a_first"`
	ALast    time.Time  `json:"a_last"`
	AUntil   *time.Time `json:"a_until"`
	ALon     float64    `json:"a_lon"`
	ALat     float64    `json:"a_lat"`
	ASOG     *float64   `json:"a_sog_kn"`
	AMMSI    int64      `json:"a_mmsi"`
	APlace   string     `json:"a_place"`
	AEvents  string     `json:"a_events"`
	BFirst   time.Time  `json:"b_first"`
	BLast    time.Time  `json:"b_last"`
	BUntil   *time.Time `json:"b_until"`
	BLon     float64    `json:"b_lon"`
	BLat     float64    `json:"b_lat"`
	BSOG     *float64   `json:"b_sog_kn"`
	BMMSI    int64      `json:"b_mmsi"`
	BPlace   string     `json:"b_place"`
	BEvents  string     `json:"b_events"`
	Days     float64    `json:"days"`
	NeededKn float64    `json:"needed_kn"`
	SilentH  float64    `json:"silent_h"`
	Silences string     `json:"silences"`
	Meetings string     `json:"meetings"`
	SameIMO  bool       `json:"same_imo"`
	JoinedBy string     `json:"joined_by"`
	TwoShips string     `json:"two_ships"`
}

// Row is the passage as a row.
func (p Passage) Row() Row {
	r := Row{MMSI: int64(p.Ship.MMSI), Name: p.Ship.Name, Flag: p.Ship.Flag, Class: p.Ship.Class, Listed: strings.Join(p.Ship.Listed, "; "),
		AFirst: p.A.First, ALast: p.A.Last, AUntil: p.A.Until, ALon: p.A.Lon, ALat: p.A.Lat, ASOG: p.A.SOG, AMMSI: int64(p.A.MMSI), APlace: p.A.Place, AEvents: strings.Join(p.A.Events, " "),
		BFirst: p.B.First, BLast: p.B.Last, BUntil: p.B.Until, BLon: p.B.Lon, BLat: p.B.Lat, BSOG: p.B.SOG, BMMSI: int64(p.B.MMSI), BPlace: p.B.Place, BEvents: strings.Join(p.B.Events, " "),
		Days: p.Days, NeededKn: p.NeededKn, SilentH: p.SilentH, Silences: ids(p.Silences), Meetings: ids(p.Meetings), SameIMO: p.SameIMO,
		JoinedBy: strings.Join(p.JoinedBy, " "), TwoShips: strings.Join(p.TwoShips, " ")}
	if p.Ship.IMO != 0 {
		n := int64(p.Ship.IMO)
		r.IMO = &n
	}
	return r
}

func ids(all []Meanwhile) string {
	parts := make([]string, len(all))
	for i, m := range all {
		parts[i] = m.Event
	}
	return strings.Join(parts, " ")
}

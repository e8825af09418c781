package gfw

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
)

// Answer is a page of entries.
type Answer struct {
	Metadata   map[string]any `json:"metadata"`
	Total      int            `json:"total"`
	Limit      int            `json:"limit"`
	Offset     int            `json:"offset"`
	NextOffset *int           `json:"nextOffset"` // always null: pages are asked for by a cursor
	Entries    []Entry        `json:"entries"`
}

// Entry is one event. Of the four blocks only its own type's is there.
type Entry struct {
	ID          string     `json:"id"`
	Type        string     `json:"type"`
	Start       string     `json:"start"`
	End         string     `json:"end"` // empty while the event is open
	Position    Position   `json:"position"`
	BoundingBox [4]float64 `json:"boundingBox"` // west, south, east, north
	Vessel      Vessel     `json:"vessel"`
	Gap         *Gap       `json:"gap,omitempty"`
	Encounter   *Encounter `json:"encounter,omitempty"`
	Loitering   *Loitering `json:"loitering,omitempty"`
	PortVisit   *PortVisit `json:"port_visit,omitempty"`
	Probability float64    `json:"x_probability"`
	Version     int        `json:"x_version"`
	Status      string     `json:"x_status"`
	Place       string     `json:"x_place,omitempty"`
	SHA256      string     `json:"x_evidence_sha256"`
}

// Position is in degrees.
type Position struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// Vessel is a ship. Its type is always other: the original knows no tankers.
type Vessel struct {
	ID     string   `json:"id"` // ours: the MMSI
	Name   string   `json:"name"`
	SSVID  string   `json:"ssvid"` // the MMSI
	Flag   string   `json:"flag"`  // ISO 3166, three letters; empty where it is not known
	Type   string   `json:"type"`
	IMO    string   `json:"x_imo,omitempty"`
	Class  string   `json:"x_size_class,omitempty"`
	Listed []string `json:"x_listed,omitempty"`
}

// Gap is a silence. Its distance is the great circle from off to on.
type Gap struct {
	ID            string    `json:"x_gap_id"`             // of (ssvid, start time, start lat, start lon), as pipe-gaps makes it
	Intentional   bool      `json:"intentionalDisabling"` // switched off is likelier than not
	DistanceKm    *float64  `json:"distanceKm"`
	DurationHours float64   `json:"durationHours"`
	ImpliedSpeed  *float64  `json:"impliedSpeedKnots"`
	Off           Position  `json:"offPosition"`
	On            *Position `json:"onPosition"`
	Before        int       `json:"x_positions24HoursBefore"`
}

// Encounter is a meeting at sea.
type Encounter struct {
	Vessel     Vessel  `json:"vessel"`
	DistanceKm float64 `json:"medianDistanceKilometers"` // antenna to antenna
	SpeedKnots float64 `json:"medianSpeedKnots"`
	Type       string  `json:"type"`
	Risk       bool    `json:"potentialRisk"`
	HullGapM   float64 `json:"x_medianHullGapMetres"`
	Form       string  `json:"x_form"`
}

// Loitering is slow drifting.
type Loitering struct {
	Hours      float64 `json:"totalTimeHours"`
	DistanceKm float64 `json:"totalDistanceKm"` // from the first position to the last
	SpeedKnots float64 `json:"averageSpeedKnots"`
}

// PortVisit is a call.
type PortVisit struct {
	VisitID    string    `json:"visitId"`
	Confidence int       `json:"confidence"` // 2 to 4, as the original has it
	Hours      float64   `json:"durationHrs"`
	Start      Anchorage `json:"startAnchorage"`
}

// Anchorage is where a call was made.
type Anchorage struct {
	ID     string `json:"anchorageId"`
	AtDock bool   `json:"atDock"`
	Name   string `json:"name"`
}

// Kinds are those that have a counterpart.
func Kinds() []event.Kind {
	return []event.Kind{event.PortCall, event.Loitering, event.Gap, event.Rendezvous}
}

// EntryOf is an event's entry; false for a kind that has none, and for an event without a ship.
func EntryOf(e event.Event) (Entry, bool) {
	if len(e.Vessels) == 0 {
		return Entry{}, false
	}
	out := Entry{ID: e.ID, Start: stamp(e.Start), Position: Position{e.Lat, e.Lon}, BoundingBox: [4]float64{e.Lon, e.Lat, e.Lon, e.Lat}, Vessel: shipOf(e.Vessels[0]),
		Probability: e.Probability, Version: e.Version, Status: string(e.Status), SHA256: e.Evidence.SHA256}
	if e.End != nil {
		out.End = stamp(*e.End)
	}
	if e.Place != nil {
		out.Place = e.Place.Name
	}
	switch d := e.Details.(type) {
	case event.GapDetails:
		out.Type, out.Gap = "gap", gap(e, d)
		if on := d.On; on != nil {
			out.BoundingBox = [4]float64{min(d.Off.Lon, on.Lon), min(d.Off.Lat, on.Lat), max(d.Off.Lon, on.Lon), max(d.Off.Lat, on.Lat)}
		}
	case event.RendezvousDetails:
		out.Type = "encounter"
		out.Encounter = &Encounter{DistanceKm: km(d.MedianAntennaM), SpeedKnots: float64(d.MedianSpeed), Type: "other-other", HullGapM: float64(d.MedianGapM), Form: string(d.Form)}
		if len(e.Vessels) > 1 {
			out.Encounter.Vessel = shipOf(e.Vessels[1])
		}
	case event.LoiteringDetails:
		out.Type, out.Loitering = "loitering", &Loitering{d.DurationH, km(d.DriftM), float64(d.MeanKn)}
	case event.PortCallDetails:
		out.Type = "port_visit"
		out.PortVisit = &PortVisit{VisitID: e.ID, Confidence: min(4, max(2, d.Confidence)), Hours: d.StoppedH, Start: Anchorage{ID: out.Place, Name: out.Place}}
		if e.Place != nil {
			out.PortVisit.Start.AtDock = e.Place.Kind == "load_berth"
		}
	default:
		return Entry{}, false
	}
	return out, true
}

func gap(e event.Event, d event.GapDetails) *Gap {
	g := &Gap{Intentional: event.Probability(e.Explanations, event.SwitchedOff) > 0.5, DurationHours: d.DurationH, Off: Position{d.Off.Lat, d.Off.Lon}, Before: d.HeardBefore}
	ssvid := e.Vessels[0].MMSI.String()
	sum := sha256.Sum256([]byte(ssvid + stamp(d.Off.Time) + number(d.Off.Lat) + number(d.Off.Lon)))
	g.ID = hex.EncodeToString(sum[:16])
	if d.On != nil {
		far, speed := km(d.GreatCircleM), float64(d.ImpliedKn)
		g.DistanceKm, g.ImpliedSpeed, g.On = &far, &speed, &Position{d.On.Lat, d.On.Lon}
	}
	return g
}

func shipOf(v event.Vessel) Vessel {
	out := Vessel{ID: v.MMSI.String(), Name: v.Name, SSVID: v.MMSI.String(), Flag: alpha3(v.Flag), Type: "other", Class: v.Class, Listed: v.Listed}
	if v.IMO != 0 {
		out.IMO = strconv.Itoa(int(v.IMO))
	}
	return out
}

// km rounds to a metre.
func km(m geo.Metres) float64 { return math.Round(float64(m)) / 1000 }

func number(x float64) string { return strconv.FormatFloat(x, 'f', 5, 64) }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// alpha3 is a flag's three letters, empty where they are not known.
func alpha3(flag string) string {
	if len(flag) != 2 {
		return ""
	}
	for i := 0; i < len(countries); i += 6 {
		if strings.HasPrefix(countries[i:], flag) {
			return countries[i+2 : i+5]
		}
	}
	return ""
}

// countries are the flags of the table of maritime identification digits as ISO 3166-1 alpha-2 and alpha-3, six bytes each.
const countries = "" +
	"ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT AUAUS AWABW AZAZE BABIH BBBRB BDBGD BEBEL BFBFA " +
	"BGBGR BHBHR BIBDI BJBEN BMBMU BNBRN BOBOL BRBRA BSBHS BTBTN BWBWA BYBLR BZBLZ CACAN CCCCK CDCOD CFCAF CGCOG CHCHE CICIV " +
	"CKCOK CLCHL CMCMR CNCHN COCOL CRCRI CUCUB CVCPV CWCUW CXCXR CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA DODOM DZDZA ECECU EEEST " +
	"EGEGY ERERI ESESP ETETH FIFIN FJFJI FKFLK FMFSM FOFRO FRFRA GAGAB GBGBR GDGRD GEGEO GFGUF GHGHA GIGIB GLGRL GMGMB GNGIN GPGLP " +
	"GQGNQ GRGRC GTGTM GWGNB GYGUY HKHKG HNHND HRHRV HTHTI HUHUN IDIDN IEIRL ILISR ININD IOIOT IQIRQ IRIRN ISISL ITITA JMJAM " +
	"JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM KNKNA KPPRK KRKOR KWKWT KYCYM KZKAZ LALAO LBLBN LCLCA LILIE LKLKA LRLBR LSLSO " +
	"LTLTU LULUX LVLVA LYLBY MAMAR MCMCO MDMDA MEMNE MGMDG MHMHL MKMKD MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ MRMRT MSMSR MTMLT " +
	"MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ NANAM NCNCL NENER NGNGA NINIC NLNLD NONOR NPNPL NRNRU NUNIU NZNZL OMOMN PAPAN PEPER " +
	"PFPYF PGPNG PHPHL PKPAK PLPOL PMSPM PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT REREU ROROU RSSRB RURUS RWRWA SASAU SBSLB " +
	"SCSYC SDSDN SESWE SGSGP SHSHN SISVN SKSVK SLSLE SMSMR SNSEN SOSOM SRSUR SSSSD STSTP SVSLV SYSYR SZSWZ TCTCA TDTCD TFATF " +
	"TGTGO THTHA TJTJK TLTLS TMTKM TNTUN TOTON TRTUR TTTTO TVTUV TWTWN TZTZA UAUKR UGUGA USUSA UYURY UZUZB VAVAT VCVCT VEVEN " +
	"VGVGB VIVIR VNVNM VUVUT WFWLF WSWSM YEYEM ZAZAF ZMZMB ZWZWE"

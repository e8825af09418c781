package list

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
)

const (
	// ofacName is what hits on OFAC's list of Specially Designated Nationals are called.
	ofacName = "OFAC-SDN"
	// sdnColumns is the number of columns of sdn.csv: ent_num, SDN_Name, SDN_Type, Program, Title, Call_Sign, Vess_type,
	// Tonnage, GRT, Vess_flag, Vess_owner, Remarks.
	sdnColumns = 12
)

// The numbers stand in the remarks: "Vessel Registration Identification IMO 9187629; MMSI 572469210; …".
var (
	remarkIMO  = regexp.MustCompile(`\bIMO\W{0,3}([0-9]+)`)
	remarkMMSI = regexp.MustCompile(`\bMMSI\W{0,3}([0-9]+)`)
)

// sdnRow takes a row of sdn.csv.
func (l *List) sdnRow(row []string) {
	switch {
	case len(row) != sdnColumns:
		l.Counts.BadRows++
	case !strings.EqualFold(cell(row, 2), "vessel"):
		l.Counts.Other++
	default:
		remarks := cell(row, 11)
		l.add(Entry{ID: cell(row, 0), Name: cell(row, 1), IMO: l.hulls(named(remarkIMO, remarks)), MMSI: l.radios(named(remarkMMSI, remarks))})
	}
}

// named are the numbers that stand behind their name in a text.
func named(name *regexp.Regexp, text string) string {
	var out []string
	for _, m := range name.FindAllStringSubmatch(text, maxNumbers) {
		out = append(out, m[1])
	}
	return strings.Join(out, " ")
}

// sdnEntry is an entry of SDN.XML. Names match in any namespace: it has changed over the years.
type sdnEntry struct {
	UID  string `xml:"uid"`
	Name string `xml:"lastName"`
	Type string `xml:"sdnType"`
	IDs  []struct {
		Type   string `xml:"idType"`
		Number string `xml:"idNumber"`
	} `xml:"idList>id"`
}

// sdnXML reads SDN.XML entry by entry. A file that breaks off keeps what came before, and the break is counted.
func (l *List) sdnXML(in *bufio.Reader) error {
	l.Name, l.Format = ofacName, OFACXML
	dec := xml.NewDecoder(in)
	published, known := "", false
	for {
		token, err := dec.Token()
		var broken *xml.SyntaxError
		switch {
		case errors.Is(err, io.EOF) && known:
			return nil
		case errors.As(err, &broken) && len(l.Entries) > 0:
			l.Counts.BadRows++
			return nil
		case err != nil:
			return fmt.Errorf("%w: %w", ErrUnknown, err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "sdnList":
			known = true
		case "Publish_Date":
			var text string
			if dec.DecodeElement(&text, &start) == nil {
				published = american(text)
			}
		case "sdnEntry":
			known = true
			l.sdnElement(dec, start, published)
		}
		if len(l.Entries) > maxEntries {
			return fmt.Errorf("more than %d entries", maxEntries)
		}
	}
}

func (l *List) sdnElement(dec *xml.Decoder, start xml.StartElement, published string) {
	l.Counts.Rows++
	var e sdnEntry
	if err := dec.DecodeElement(&e, &start); err != nil {
		l.Counts.BadRows++
		return
	}
	if !strings.EqualFold(strings.TrimSpace(e.Type), "vessel") {
		l.Counts.Other++
		return
	}
	out := Entry{ID: strings.TrimSpace(e.UID), Name: strings.TrimSpace(e.Name), Date: published}
	for _, id := range e.IDs {
		switch kind := strings.TrimSpace(id.Type); {
		case strings.EqualFold(kind, "Vessel Registration Identification"):
			out.IMO = append(out.IMO, l.hulls(id.Number)...)
		case strings.EqualFold(kind, "MMSI"):
			out.MMSI = append(out.MMSI, l.radios(id.Number)...)
		}
	}
	l.add(out)
}

// american reads OFAC's dates, month first.
func american(text string) string {
	t, err := time.Parse("01/02/2006", strings.TrimSpace(text))
	if err != nil {
		return ""
	}
	return t.Format(time.DateOnly)
}

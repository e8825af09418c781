package list

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/pkg/vessel"
)

// The entries are invented: IMO numbers with right check digits that the reference data do not name.
const (
	sdnTable = "90001,\"SYN ONE\",\"vessel\",\"IRAN] [IFSR\",-0- ,\"3XYZ\",\"Crude Oil Tanker\",-0- ,-0- ,\"Panama\",-0- ,\"Vessel Registration Identification IMO 9074729; MMSI 620999001; Former Vessel Flag Malta.\"\r\n" +
		"90002,\"SYN COMPANY\",-0- ,\"IRAN\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"IMO 9074729.\"\r\n" +
		"90003,\"SYN TWO\",\"vessel\",\"IRAN\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n" +
		"90004,\"SYN THREE\",\"vessel\",\"IRAN\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"Vessel Registration Identification IMO 9074720; MMSI 6209990011.\"\r\n" +
		"short,row\r\n\x1a"
	sdnDocument = `<?xml version="1.0"?><sdnList xmlns="https://example.org/any"><publshInformation><Publish_Date>03/20/2026</Publish_Date></publshInformation>
<sdnEntry><uid>90001</uid><lastName>SYN ONE</lastName><sdnType>Vessel</sdnType><idList><id><idType>Vessel Registration Identification</idType><idNumber>IMO 9074729</idNumber></id><id><idType>MMSI</idType><idNumber>620999001</idNumber></id></idList></sdnEntry>
<sdnEntry><uid>90005</uid><lastName>SYN PERSON</lastName><sdnType>Individual</sdnType></sdnEntry>
<sdnEntry><uid>90006</uid><lastName>SYN BARE</lastName><sdnType>Vessel</sdnType></sdnEntry></sdnList>`
	maritimeTable = "\"type\",\"caption\",\"imo\",\"risk\",\"countries\",\"flag\",\"mmsi\",\"id\",\"url\",\"datasets\",\"aliases\"\n" +
		"\"VESSEL\",\"SYN ONE\",\"IMO9074729\",\"mare.shadow;poi\",\"ir\",\"pa\",\"620999001;620999002\",\"NK-1\",\"\",\"us_ofac_sdn;gb\",\"\"\n" +
		"\"Vessel\",\"SYN HELD\",\"IMO9999993\",\"mare.detained\",\"\",\"\",\"\",\"NK-2\",\"\",\"x\",\"\"\n" +
		"\"ORGANIZATION\",\"SYN COMPANY\",\"IMO9074729\",\"sanction\",\"\",\"\",\"\",\"NK-3\",\"\",\"x\",\"\"\n"
	plainTable = "\ufeffVessel Name;IMO No.;Date listed\nSYN ONE;9074729;01/02/2026\nSYN BAD;123;\n"
)

func TestListsAreKnownByTheirContent(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		format     Format
		counts     Counts
		hits       []string
	}{
		{"OFAC CSV", sdnTable, OFACTable, Counts{Rows: 5, Ships: 1, Other: 1, Unmatched: 2, BadRows: 1, BadNumbers: 2}, []string{"OFAC-SDN 90001"}},
		{"OFAC XML", sdnDocument, OFACXML, Counts{Rows: 3, Ships: 1, Other: 1, Unmatched: 1}, []string{"OFAC-SDN 90001 (2026-03-20)"}},
		{"OpenSanctions", maritimeTable, OpenSanctions, Counts{Rows: 3, Ships: 1, Other: 2}, []string{"OpenSanctions NK-1 (us_ofac_sdn;gb)"}},
		{"a table of one's own", plainTable, Table, Counts{Rows: 2, Ships: 1, Unmatched: 1, BadNumbers: 1}, []string{"mine row 1 (2026-02-01)"}},
	} {
		l, err := Read(strings.NewReader(tc.text), "mine")
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if l.Format != tc.format || l.Counts != tc.counts || len(l.Hash) != len("sha256:")+64 {
			t.Errorf("%s: got %s, %+v, %s; want %s, %+v", tc.name, l.Format, l.Counts, l.Hash, tc.format, tc.counts)
		}
		if got := NewBook([]List{l}).Match(9074729, 538999001); !reflect.DeepEqual(got, tc.hits) {
			t.Errorf("%s: got hits %q, want %q", tc.name, got, tc.hits)
		}
	}
}

func TestOtherFilesAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "blank": " \n\n", "no IMO column": "name,flag\nSYN,PA\n", "another document": "<html><body>no</body></html>", "half a document": "<sdnList><sdn",
	} {
		if _, err := Read(strings.NewReader(text), name); !errors.Is(err, ErrUnknown) {
			t.Errorf("%s: got %v, want ErrUnknown", name, err)
		}
	}
}

func TestMMSICountsOnlyWhereAnIMONumberIsMissing(t *testing.T) {
	book := NewBook([]List{{Name: "L", Entries: []Entry{
		{ID: "1", IMO: []vessel.IMO{9074729}, MMSI: []vessel.MMSI{620999001}},
		{ID: "2", MMSI: []vessel.MMSI{620999002}},
	}}})
	for _, tc := range []struct {
		name string
		imo  vessel.IMO
		mmsi vessel.MMSI
		want []string
	}{
		{"hull under any radio", 9074729, 538999009, []string{"L 1"}},
		{"hull not told yet", 0, 620999001, []string{"L 1 by MMSI"}},
		{"the number went to another hull", 9999993, 620999001, nil},
		{"an entry without a hull", 9999993, 620999002, []string{"L 2 by MMSI"}},
		{"wrong check digit", 9074728, 538999009, nil},
	} {
		if got := book.Match(tc.imo, tc.mmsi); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{sdnTable, sdnDocument, maritimeTable, plainTable, "imo\n\"", "<sdnEntry>"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := Read(strings.NewReader(string(data)), "fuzz")
		if err != nil {
			return
		}
		c := l.Counts
		if c.Ships != len(l.Entries) || c.Ships+c.Other+c.Unmatched+c.BadRows < c.Rows {
			t.Errorf("rows do not add up: %+v with %d entries", c, len(l.Entries))
		}
		for _, e := range l.Entries {
			for _, n := range e.IMO {
				if !n.Valid() {
					t.Errorf("kept IMO %d", n)
				}
			}
			for _, m := range e.MMSI {
				if !m.Ship() {
					t.Errorf("kept MMSI %d", m)
				}
			}
		}
	})
}

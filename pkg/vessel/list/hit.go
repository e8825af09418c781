package list

import "strings"

// Hit is what Match says of a ship, read back.
type Hit struct {
	Entry  string // the list and its entry: "OFAC-SDN 15036"
	Date   string // YYYY-MM-DD; empty where the file says none
	OfList bool   // Date is the list's own: its entries have none, and she was listed on that day or before
	By     string // who lists her, where the file collects the lists of others
}

// ReadHit reads the words of Match. Text of another kind is an entry without a date.
func ReadHit(text string) Hit {
	head := strings.TrimSuffix(text, byMMSI)
	open := strings.LastIndex(head, " (")
	if open < 0 || !strings.HasSuffix(head, ")") {
		return Hit{Entry: head}
	}
	h := Hit{Entry: head[:open]}
	first, rest, several := strings.Cut(head[open+2:len(head)-1], ", ")
	switch {
	case date(first) != first:
		h.By = head[open+2 : len(head)-1]
	case several:
		h.Date, h.By = first, rest
	default:
		h.Date = first
	}
	h.OfList = h.Date != "" && strings.HasPrefix(h.Entry, ofacName+" ") // SDN.XML dates the file alone, sdn.csv nothing
	return h
}

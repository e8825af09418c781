// Package list reads watch lists of ships and tells which ships are on them.
//
// A list is a file of the user's: none is shipped. Read knows them by their content:
//
//   - OFAC's SDN list as CSV (no header, twelve columns, numbers inside the remarks) and as XML (the classic layout);
//   - OpenSanctions' maritime.csv, of which only vessels that are sanctioned, linked to a sanction or of the shadow
//     fleet count: a detention or a warning is no listing, and the IMO numbers of companies are no hulls;
//   - any CSV with a column of IMO numbers; an MMSI, an id, a name and a date are taken where a column has them.
//
// A hull is matched by its IMO number first. The MMSI is asked only when either side lacks an IMO number: radio numbers
// pass from ship to ship. A name alone never matches. No match is no clearance.
//
// Files come from outside: rows that cannot be used are counted by reason and passed over, and only a file in which
// nothing can be recognised is an error. Nothing here touches the disk or the network.
package list

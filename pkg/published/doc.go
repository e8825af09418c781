// Package published reads figures that others published and holds them against a run's own: the logarithm of the ratio, and
// whether the published figure lies in the run's 90 % interval for the same basis and days.
//
// It is a comparison and nothing else. Published figures differ among themselves by 14 % (log sd, monthly, since December
// 2021), by a factor of 2.7 in 2018 to 2021, and share their inputs: to agree with them is not to be right. Nothing in
// the engine reads them.
//
// The file is CSV with the header period, period_type, source, value_kbd_low, value_kbd_high, scope, method, page, notes.
// Values are thousand barrels a day. It is read strictly: whatever does not fit is an error with its line.
package published

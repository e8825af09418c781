// Package identity tells when one ship is behind two identities, and when two ships are behind one.
//
// A ship's radio number (MMSI), name and call sign are typed in; her hull and its IMO number stay. What is told, by the
// form in the details:
//
//   - changed: other particulars under one MMSI, kept for 3 h at least. Where the IMO number stays it is one ship; where
//     one valid number gives way to another, two ships had the MMSI one after the other;
//   - continued: a ship falls silent, and her hull goes on under an MMSI that was not on the air then: by its IMO number,
//     or, where one of both sends none, by the same four dimensions and type near by. The event names the last fix under
//     the old number and the first under the new one, so that a gap can end there;
//   - number_shared: an MMSI is heard in two places at once, or its particulars come and go;
//   - hull_shared: an IMO number is sent under two MMSIs at once;
//   - bad_number: an IMO number whose check digit is wrong; default_number: an MMSI that nobody was given.
//
// # Probabilities
//
// The probability is that of the claim: one ship behind both, or two behind one. Evidence adds log-odds; the weights are
// data that simulate fit identity makes, held to judgement where worlds say little: IMO numbers were wrong in 61 of 2,073
// rows of a merged public list, so that a right check digit which agrees was taken for e^8 (a check digit passes by chance
// once in ten), and of hulls in one class one in twenty to thirty has the same four dimensions (e^3). For "one ship behind
// both":
//
//	log-odds = prior + Σ weight(IMO, hull, name, call sign, type) + near − impossible − rivals
//
// near and impossible come from the sea distance between the last fix and the first. With rivals i the odds are
// shared: p_i = e^s_i / (1 + Σ e^s), which is rivals = ln(1 + Σ e^s of the others). What is left is a typing error, a number shared by mistake, a clone, or unknown. One
// ship behind both is either re-registered, as the law knows it, or changed in the dark, which is likelier after a long
// silence and with a listing.
//
// Positions that interference displaced look like a second ship: they weigh against one. Default-looking MMSIs are
// followed by nobody across segments: they get no other form.
//
// Tankers and ships of unknown type that are long enough to be one are told; nothing else carries oil.
package identity

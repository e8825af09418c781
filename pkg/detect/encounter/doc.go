// Package encounter finds transfers of which one ship was not heard, or neither (METHODS.md section 4). It hears the
// events of other detectors and no facts, and tells rendezvous events of another form.
//
// # One ship unseen
//
// A tanker of 10,000 t or more that lay still or drifted (a loitering event: below 2 kn for 4 h or more outside ports and
// anchorages, without a long silence) is set against the closed gaps of other such tankers. A gap is a candidate if the
// ship could have come from where it began, stayed six hours at the place while the other lay there, and gone on to
// where it ended, by great circle at her class's highest speed first and by sea then: the space–time prism holds the place. What
// is found of a candidate (how near the gap's ends are, whether draughts changed in opposite directions, how much of the
// gap the stay would fill, …) has weights of evidence, made by simulate fit encounter (weights.go, data/weights.json).
//
// A ship meets one other at a time. With odds o of each pair, the probability of ship s and gap g is
//
//	p(s, g) = o(s, g) / (1 + Σ o(s, ·) + Σ o(·, g) − o(s, g))
//
// over the candidates of the one and the rivals for the other that share its time. The event names the likeliest candidate and lists others in its details; its
// probability is that cargo passed between these two in the time it states. That another ship came is "unknown", that
// none did "other". A stay in which the ship was seen alongside another is not asked again for the time of that meeting.
//
// # Both unseen
//
// Two closed gaps whose prisms share six hours in one STS area, and of whose ships one changed from deep to shallow over
// her gap and the other from shallow to deep; both gaps were more likely switched off than not. How many such pairs chance makes is counted by moving one of the gaps by
// 7, 14 and 21 days either way; the share above it, times a cap of 0.1, is the probability: never a headline alone.
//
// # What is missing
//
// Ships that never were heard before their gap, and gaps that have not ended. The time of a meeting is that which both
// could have spent together at service speed, which is longer than the meeting if the ship that was heard had waited.
package encounter

// Package halt answers whether the trade has stopped, or doubled: the barometer's needle (METHODS.md section 8).
//
// All tests read raw counts of candidates, never barrels and never a count divided by a chance of detection. A day t has
// the exposure e(t) = h(t)·F(T − t), the feed's health times the share of loadings of that age that have been raised by
// T; the chance that a lift is ever found is the same before and after and cancels. What the trade was like before a
// day τ is Gamma(A, B), from the candidates and the exposure of the reference days before τ. If the rate since τ is r
// times what it was, then N candidates in the exposure E = Σ e(t), t ≥ τ, are
//
//	L(τ, r) = r^N · ((B + E) / (B + r·E))^(A + N)
//
// times as likely as if nothing had changed: the ratio of two negative binomial probabilities. A candidate whose window
// reaches over τ counts in part. Three tests look at this from three sides:
//
//	zero run      no candidate since τ: Z = (B / (B + E))^A, and the chance that windows reach over τ
//	CUSUM         the largest L(τ, r) over τ, at one small r (Page 1954)
//	change point  the sum of L(τ, r) over τ, averaged over small r (Shiryaev 1963, Roberts 1966)
//
// Under no change L is a martingale as days pass, so that the time to a false call is on average at least the threshold,
// in days (Lorden 1971 for CUSUM, Pollak 1985 for the sum). Thresholds follow from Options.FalseYears alone; nothing is
// tuned. A rise is told in the same way with r above 1.
//
// Beside each call stands the earliest day on which any test could have known: the day on which not one candidate since
// the change would have been surprising enough. No method can be faster with the same ears and as few false calls.
//
// The early sign is the same machine on another series, loadings begun or brackets opened, by the day on which each was
// first told. It has no lag and says less. It never changes barrels. A rise is called when either series tells of one, each
// with half as many false calls.
//
// Watch reads all of it at each vintage and keeps the days on which a test first called.
package halt

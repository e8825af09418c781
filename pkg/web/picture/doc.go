// Package picture draws what the page shows: the barometer, the time bar and a map as SVG, and images to be shared as PNG.
//
// Every picture is a scene of paths and words in named inks. One writer makes SVG of it, which stands in a page or alone,
// and one paints it as pixels, so that the page without JavaScript, the image behind a link and the picture in a document
// show the same. Functions take plain data and are pure: equal data give equal bytes.
//
// An SVG carries its colours as attributes and its inks as classes. A page's style sheet outranks the attributes, so that
// it can follow the reader's theme, and an image of its own needs no sheet. Nothing in a picture is a script, a style
// attribute or a reference to something elsewhere.
//
// Three rules hold in all of them: a day that was not observed is a gap, never a zero; times are UTC and say so; text from
// strangers is shown as text, with marks that would steer the reader's screen as their codes (chart.Plain).
package picture

// Package write gives what receivers of a simulated world deliver the forms in which real feeds come.
package write

// Package falseposition finds ships that say, alone, that they are where they are not.
package falseposition

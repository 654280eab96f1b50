// The number of the active mutant in the source tree that rtl/formal/mutate.py writes, or 0 if no mutant is
// active.
package ctx_mutant_pkg;
    import "DPI-C" function int ctx_mutant_id();
    int id = ctx_mutant_id();
endpackage

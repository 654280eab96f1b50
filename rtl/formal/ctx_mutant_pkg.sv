// Number of the mutant that is alive in the tree that rtl/formal/mutate.py writes; 0: none.
package ctx_mutant_pkg;
    import "DPI-C" function int ctx_mutant_id();
    int id = ctx_mutant_id();
endpackage

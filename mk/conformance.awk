#!/usr/bin/awk -f
# Writes the conformance table. Its input is scenarios/tcp/clauses.txt (RFC|clause|level|requirement|proof),
# docs/tcp-choices.md, and the results in the folder `work`. The files core4, core6, system4, system6 and host4 there
# have lines of the form "one-NIC moving PATH [why]", and the file tests has lines "PASS|FAIL NAME".
BEGIN {
    FS = "|"
    n = split("core4 core6 system4 system6 host4", run, " ")
    for (r = 1; r <= n; r++)
        while ((getline line < (work "/" run[r])) > 0) {
            split(line, part, " ")
            name = part[3]
            sub(/.*\//, "", name)
            sub(/\.pkt$/, "", name)
            one[run[r], name] = part[1]
            moving[run[r], name] = part[2]
            why[run[r], name] = substr(line, length(part[1] part[2] part[3]) + 4)
            scripts[name] = 1
        }
    while ((getline line < (work "/tests")) > 0) {
        split(line, part, " ")
        if (part[1] == "FAIL") failed[part[2]] = 1
        else passed[part[2]] = 1
    }
    print "# TCP conformance\n"
    print "`make conformance` writes this page from scenarios/tcp/clauses.txt and the results of a run; do not edit the page by hand."
    print "The scripts are played on the TCP core in two engines, and in the whole simulated system (docs/tcp-scripts.md), over IPv4 and IPv6."
    print ""
    print "The column *One NIC* has the result under the port policy nic0. *Moving* is `pass` if the policies alternate, random and flip give the same"
    print "transcript; times and windows must be equal within the bounds of docs/moves.md. A `-` says that the proof is a unit test of one context, which"
    print "moves unchanged.\n"
    print "| RFC | Clause | Level | Requirement | Proof | One NIC | Moving |"
    print "|---|---|---|---|---|---|---|"
}

# Returns the worst result of a script in all runs that played it, or "" if no run did.
function worst(table, name, r, value, result) {
    for (r = 1; r <= n; r++) {
        value = table == "one" ? one[run[r], name] : moving[run[r], name]
        if (value == "fail") result = "FAIL"
        else if (value == "pass" && result == "") result = "pass"
    }
    return result
}

function cell(r, name, value) {
    value = moving[r, name]
    if (value == "-") return why[r, name]
    if (value == "") return ""
    return value == "pass" ? "pass" : one[r, name] == "pass" ? "FAIL when moving" : "FAIL"
}

/^#/ || NF < 5 { next }
{
    proof = $5
    still = moves = ""
    if (proof ~ /^(open|not followed|elsewhere):/) {
        still = proof
        sub(/:.*/, "", still)
        moves = still
        sub(/^[a-z ]*: */, "", proof)
    } else {
        items = split(proof, item, " ")
        proof = ""
        for (i = 1; i <= items; i++) {
            name = item[i]
            kind = name
            sub(/:.*/, "", kind)
            sub(/^(script|test):/, "", name)
            if (kind == "script") {
                a = worst("one", name)
                b = worst("moving", name)
                if (a == "") missing = missing " " item[i]
                if (a != "pass") still = "FAIL"
                if (b != "pass") moves = "FAIL"
                else if (moves == "") moves = "pass"
            } else if (failed[item[i]] || !passed[item[i]]) {
                still = "FAIL"
                if (!failed[item[i]]) missing = missing " " item[i]
            }
            proof = proof (i > 1 ? ", " : "") "`" name "`"
        }
        if (still == "") still = "pass"
        if (moves == "") moves = "-"
        if ((still == "FAIL" || moves == "FAIL") && $3 == "MUST") bad = 1
    }
    if (still == "open" && $3 == "MUST") bad = 1
    count[$3 " " (still == "pass" && moves == "FAIL" ? "FAIL" : still)]++
    printf "| %s | %s | %s | %s | %s | %s | %s |\n", $1, $2, $3, $4, proof, still, moves
}

END {
    print ""
    for (l = 1; l <= 3; l++) {
        level = l == 1 ? "MUST" : l == 2 ? "SHOULD" : "MAY"
        printf "%s: %d pass, %d fail, %d open, %d not followed, %d elsewhere.%s\n", level,
            count[level " pass"], count[level " FAIL"], count[level " open"],
            count[level " not followed"], count[level " elsewhere"], l < 3 ? "  " : ""
    }
    print ""
    while ((getline line < "docs/tcp-choices.md") > 0) print line
    print "## Scripts\n"
    print "Each script runs under four port policies. In the whole system, a script also runs over IPv6 if the family can matter to it. The column *Host*"
    print "has the result in the whole system with `team.offload.policy` none and the port policy alternate, so that the host's own TCP has every connection.\n"
    print "| Script | Clause | What it says | Core IPv4 | Core IPv6 | System IPv4 | System IPv6 | Host |"
    print "|---|---|---|---|---|---|---|---|"
    while (("ls scenarios/tcp/*/*.pkt | LC_ALL=C sort -t / -k 4" | getline path) > 0) {
        getline first < path
        close(path)
        name = path
        sub(/.*\//, "", name)
        sub(/\.pkt$/, "", name)
        clause = text = first
        sub(/^# /, "", clause)
        sub(/: .*/, "", clause)
        sub(/^# [^:]*: /, "", text)
        printf "| `%s` | %s | %s | %s | %s | %s | %s | %s |\n", name, clause, text, cell("core4", name),
            cell("core6", name), cell("system4", name), cell("system6", name), cell("host4", name)
        for (r = 1; r <= n; r++) if (moving[run[r], name] == "fail") bad = 1
    }
    if (missing != "") print "conformance: no result of" missing > "/dev/stderr"
    exit bad || missing != ""
}

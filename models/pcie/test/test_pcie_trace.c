/* Tests models/pcie/pcie_trace: the lines of a damaged write and of a read, and a folder that
 * cannot be written. */
#include "models/pcie/pcie_trace.h"
#include "models/pcie/test/fake_pcie.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *slurp(const char *dir, const char *name)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    char *text = calloc(1, 4096);
    FILE *file = fopen(path, "r");
    cr_assert(text && file);
    cr_assert_gt(fread(text, 1, 4095, file), 0);
    (void)fclose(file);
    (void)unlink(path);
    return text;
}

Test(pcie_trace, has_a_line_per_tlp_with_its_credits)
{
    char dir[] = "/tmp/toesim-tlp-XXXXXX";
    struct error err;
    cr_assert_not_null(mkdtemp(dir));
    struct pcie_trace *trace = pcie_trace_create(dir, &err);
    cr_assert_not_null(trace, "%s", err.text);
    struct fake_pcie *fake = fake_pcie_create(NULL, false);
    probe_add(&fake->probe, pcie_trace_listener(trace));
    pcie_link_inject(fake->link, PCIE_FAULT_TLP_ERROR, 0);
    fake_pcie_write(fake, FAKE_MEM_BASE, 64, 1);
    fake_pcie_run(fake, 5 * PS_PER_US);
    fake_pcie_read(fake, FAKE_MEM_BASE + 64, 16, 2);
    fake_pcie_run(fake, 6 * PS_PER_US);
    cr_assert_eq(pcie_trace_close(trace, &err), STATUS_OK, "%s", err.text);
    char *text = slurp(dir, "pcie0.csv");
    cr_assert(strstr(text, "\n0,up,MWr,0,100000000,64,88,126,1020,lost\n"), "%s", text);
    cr_assert(strstr(text, ",up,MWr,0,100000000,64,88,126,1020,replay\n"), "%s", text);
    cr_assert(strstr(text, "\n5000000,up,MRd,0,100000040,16,24,126,127,\n"), "%s", text);
    cr_assert(strstr(text, ",down,CplD,0,40,16,36,inf,inf,"), "%s", text);
    free(text);
    text = slurp(dir, "pcie1.csv");
    cr_assert_eq(strncmp(text, "time_ps,direction,kind,tag,address,length,", 42), 0);
    free(text);
    fake_pcie_destroy(fake);
    (void)rmdir(dir);
}

Test(pcie_trace, says_which_file_cannot_be_written)
{
    struct error err;
    cr_assert_null(pcie_trace_create("/nowhere", &err));
    cr_assert_eq(err.status, STATUS_ENVIRONMENT);
    cr_assert(strstr(err.text, "/nowhere/pcie0.csv"), "%s", err.text);
}

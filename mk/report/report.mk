# Makes C arrays of the parts of the page that `toesim report` writes. d3 comes from Debian's package node-d3, and is not
# a part of this project; its licence goes into each report.
REPORT_PAGE := $(wildcard sim/report/page/*)
REPORT_D3   := /usr/share/nodejs/d3/dist/d3.min.js /usr/share/doc/node-d3/copyright
REPORT_GEN  := $(B)/gen/sim/report/report_page_gen.h
$(REPORT_GEN): $(REPORT_PAGE) $(wildcard $(REPORT_D3)) mk/report/embed.sh mk/report/report.mk
	@mk/report/embed.sh $@ head=sim/report/page/head.html style=sim/report/page/page.css \
	    library=$(word 1,$(REPORT_D3)) licence=$(word 2,$(REPORT_D3)) chart=sim/report/page/chart.js run=sim/report/page/run.js \
	    study=sim/report/page/study.js start=sim/report/page/start.js
$(B)/obj/sim/report/report_page_bytes.o: $(REPORT_GEN)

.PHONY: outputs-page
outputs-page: $(TOESIM) ## write docs/outputs.md: every key of stats.json and every column of the tables
	@mk/report/outputs_page.sh $(TOESIM) >docs/outputs.md

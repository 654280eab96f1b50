"use strict";
// Shows the data of the page. Errors are counted in the page itself, where a test can read them.
(function () {
  const root = document.documentElement;
  root.dataset.errors = 0;
  window.addEventListener("error", e => {
    root.dataset.errors = +root.dataset.errors + 1;
    document.getElementById("page").append(`This page has an error: ${e.message}`);
  });
  const data = JSON.parse(document.getElementById("data").textContent);
  if (data.kind === "run") showRun(data);
  else showStudy(data);
  root.dataset.shown = data.kind;
})();

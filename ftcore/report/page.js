// Draws the figures in the reader's theme, again when it changes, and in light for paper.
"use strict";
(function () {
  var figures = JSON.parse(document.getElementById("figures").textContent);
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function draw(asDark) {
    figures.forEach(function (figure) {
      var drawn = asDark ? figure.dark : figure.light;
      Plotly.react(figure.id, drawn.data, drawn.layout, figure.config);
    });
  }
  draw(dark.matches);
  dark.addEventListener("change", function () { draw(dark.matches); });
  window.addEventListener("beforeprint", function () { draw(false); });
  window.addEventListener("afterprint", function () { draw(dark.matches); });
})();

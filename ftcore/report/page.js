// Draws the figures in the reader's theme, again when it changes, and in light and narrower for paper.
"use strict";
(function () {
  var figures = JSON.parse(document.getElementById("figures").textContent);
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  var PAPER = 660; // CSS pixels that A4 and Letter both hold between the margins
  function draw(asDark, width) {
    figures.forEach(function (figure) {
      var drawn = asDark ? figure.dark : figure.light;
      var layout = Object.assign({}, drawn.layout, width ? { width: width, autosize: false } : { autosize: true });
      Plotly.react(figure.id, drawn.data, layout, figure.config);
    });
  }
  function drawOnScreen() { draw(dark.matches, 0); }
  drawOnScreen();
  dark.addEventListener("change", drawOnScreen);
  window.addEventListener("beforeprint", function () { draw(false, PAPER); });
  window.addEventListener("afterprint", drawOnScreen);
})();

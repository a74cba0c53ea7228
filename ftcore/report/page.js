// Tips at the marks of a figure, buttons that hide and show ways, and a filter for the answers. The page can be read without it.
"use strict";
(function () {
  var tip = document.createElement("div");
  tip.className = "tip";
  tip.setAttribute("role", "status");
  tip.hidden = true;
  document.body.appendChild(tip);

  function show(mark, x, y) {
    tip.textContent = mark.getAttribute("aria-label");
    tip.hidden = false;
    var box = tip.getBoundingClientRect();
    var widest = document.documentElement.clientWidth;
    tip.style.left = Math.max(8, Math.min(x + 12, widest - box.width - 8)) + "px";
    tip.style.top = (y - box.height - 12 > 8 ? y - box.height - 12 : y + 20) + "px";
  }
  function hide() { tip.hidden = true; }

  document.querySelectorAll(".mark").forEach(function (mark) {
    var title = mark.querySelector("title");
    if (title) { title.remove(); } // the browser's own tip would stand over ours
    mark.addEventListener("pointermove", function (event) { show(mark, event.clientX, event.clientY); });
    mark.addEventListener("pointerleave", hide);
    mark.addEventListener("focus", function () {
      var box = mark.getBoundingClientRect();
      show(mark, box.left + box.width / 3, box.top + 8);
    });
    mark.addEventListener("blur", hide);
  });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") { hide(); } });
  document.addEventListener("scroll", hide, { passive: true });

  function button(place, words, pressed, press) {
    var made = document.createElement("button");
    made.type = "button";
    made.textContent = words;
    made.setAttribute("aria-pressed", String(pressed));
    made.addEventListener("click", function () { press(made); });
    place.appendChild(made);
    return made;
  }

  function caption(place) {
    var words = document.createElement("span");
    words.textContent = place.getAttribute("aria-label") + ":";
    place.appendChild(words);
  }

  var ways = document.getElementById("choose-ways");
  if (ways) {
    caption(ways);
    JSON.parse(ways.dataset.names).forEach(function (name, at) {
      button(ways, name, true, function (made) {
        var on = made.getAttribute("aria-pressed") !== "true";
        made.setAttribute("aria-pressed", String(on));
        document.querySelectorAll(".way-" + at).forEach(function (part) { part.classList.toggle("gone", !on); });
      });
    });
    ways.hidden = false;
  }

  var filter = document.getElementById("choose-answers");
  if (filter) {
    caption(filter);
    var rows = Array.from(document.querySelectorAll("tr[data-outcome]"));
    var buttons = [];
    [["", "All"], ["lost", "Lost"], ["won", "Won"], ["same", "The same"]].forEach(function (choice, at) {
      var fits = rows.filter(function (row) { return !choice[0] || row.dataset.outcome === choice[0]; });
      buttons.push(button(filter, choice[1] + " (" + fits.length + ")", at === 0, function (made) {
        buttons.forEach(function (one) { one.setAttribute("aria-pressed", String(one === made)); });
        rows.forEach(function (row) { row.classList.toggle("gone", fits.indexOf(row) < 0); });
      }));
    });
    filter.hidden = false;
  }
})();

// The story in large type, one screen at a time. What people wrote comes as data and is put in as text, never as markup.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const screens = data.screens;
  let at = 0, was_full = false, over = false;

  function make(kind, name, text) {
    const made = document.createElement(kind);
    if (name) { made.className = name; }
    if (text !== undefined) { made.textContent = text; }
    return made;
  }

  const dialog = make("dialog");
  dialog.setAttribute("aria-label", data.label);
  const stage = make("div", "stage");
  if (data.stamp) { stage.appendChild(make("div", "stamp", data.stamp)); }
  const screen = make("div", "screen");
  screen.tabIndex = 0;
  screen.setAttribute("aria-live", "polite");
  const foot = make("div", "foot");
  const count = make("span");
  const back = make("button", "", "← Back");
  const on = make("button", "", "Next →");
  const full = make("button", "", "Full screen");
  const leave = make("button", "", "Leave (Esc)");
  foot.append(count, back, on, full, leave);
  stage.append(screen, foot);
  dialog.appendChild(stage);
  parentElement.appendChild(dialog);

  function bars(found) {
    const box = make("div", "bars");
    for (const one of found) {
      const track = make("div", "track");
      const bar = make("div", "bar");
      bar.style.width = one.value + "%";
      bar.style.background = one.colour;
      const between = make("div", "between");
      between.style.left = one.low + "%";
      between.style.width = Math.max(0, one.high - one.low) + "%";
      track.append(bar, between);
      track.setAttribute("role", "img");
      track.setAttribute("aria-label", one.said);
      box.append(make("div", "", one.name), track, make("div", "figure", one.figure));
    }
    return box;
  }

  // All of it is to be seen above the buttons: what is too high is set smaller, and scrolls where it would get too small to read.
  function fit() {
    for (const size of [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7]) {
      screen.style.setProperty("--size", size);
      if (screen.scrollHeight <= screen.clientHeight) { return; }
    }
    screen.style.setProperty("--size", 1);
  }

  function draw() {
    const shown = screens[at];
    screen.replaceChildren(make("p", "step", shown.step), make("h2", shown.title.length > 110 ? "long" : "", shown.title));
    if (shown.bars.length) { screen.appendChild(bars(shown.bars)); }
    const boxes = make("div", "boxes");
    for (const part of shown.parts) {
      const into = part.box ? boxes.appendChild(make("div")) : screen;
      if (part.name) { into.appendChild(make("p", "name", part.name)); }
      if (part.items.length === 1) { into.appendChild(make("p", "", part.items[0])); }
      if (part.items.length > 1) {
        const list = make("ul");
        for (const item of part.items) { list.appendChild(make("li", "", item)); }
        into.appendChild(list);
      }
    }
    if (boxes.childElementCount) { screen.appendChild(boxes); }
    fit();
    screen.scrollTop = 0;
    count.textContent = (at + 1) + " of " + screens.length;
    back.disabled = at === 0;
    on.disabled = at === screens.length - 1;
  }
  function go(to) {
    at = Math.max(0, Math.min(screens.length - 1, to));
    draw();
    screen.focus({ preventScroll: true });
  }
  function end() {
    if (over) { return; }
    over = true;
    if (document.fullscreenElement) { document.exitFullscreen().catch(() => {}); }
    dialog.close();
    setTriggerValue("left", true);
  }
  function fill() {
    if (stage.requestFullscreen) { stage.requestFullscreen().catch(() => {}); }
  }
  function key(event) {
    const steps = { ArrowRight: 1, PageDown: 1, " ": 1, ArrowLeft: -1, PageUp: -1 };
    const pressed = event.target instanceof HTMLButtonElement && event.key === " ";
    if (event.key in steps && !pressed) { go(at + steps[event.key]); }
    else if (event.key === "Home") { go(0); }
    else if (event.key === "End") { go(screens.length - 1); }
    else if (event.key === "Escape") { end(); }
    else { return; }
    event.preventDefault();
    event.stopPropagation();
  }
  function changed() {
    if (document.fullscreenElement) { was_full = true; full.hidden = true; }
    else if (was_full) { end(); } // Escape in full screen reaches the browser alone
  }

  back.addEventListener("click", () => go(at - 1));
  on.addEventListener("click", () => go(at + 1));
  full.addEventListener("click", fill);
  leave.addEventListener("click", end);
  dialog.addEventListener("keydown", key);
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); end(); });
  document.addEventListener("fullscreenchange", changed);
  window.addEventListener("resize", fit);

  dialog.showModal();
  draw();
  screen.focus({ preventScroll: true });
  fill(); // where the browser still counts the click; else there is the button

  return () => {
    over = true;
    document.removeEventListener("fullscreenchange", changed);
    window.removeEventListener("resize", fit);
    if (document.fullscreenElement) { document.exitFullscreen().catch(() => {}); }
    dialog.remove();
  };
}

/* Locking on the map: a click or Enter locks a place, arrow keys move. The two fields of unit numbers hold what is sent;
   without this script each place is a link to its own panel. */
"use strict";
(() => {
  const map = document.querySelector("[data-lock-map]");
  const inside = document.getElementById("locked_in");
  const outside = document.getElementById("locked_out");
  if (!map || !inside || !outside) return;
  const MOST = 400000;
  const said = document.querySelector("[data-said]");
  const places = [...map.querySelectorAll("a")];
  const units = new Map(places.map((place) => [place, [...parsed(place.dataset.units)]]));

  function parsed(text) {
    const found = new Set();
    for (const part of text.split(/[,;\n\u060c]+/)) {
      const match = /^\s*(\d{1,12})(?:\s*[-\u2013]\s*(\d{1,12}))?\s*$/.exec(part);
      if (!match) continue;
      const first = Number(match[1]);
      const last = Number(match[2] || match[1]);
      for (let unit = first; unit <= last && found.size < MOST; unit += 1) found.add(unit);
    }
    return found;
  }

  function written(set) {
    const sorted = [...set].sort((a, b) => a - b);
    const parts = [];
    for (let start = 0, end = 0; start < sorted.length; start = end + 1) {
      end = start;
      while (end + 1 < sorted.length && sorted[end + 1] === sorted[end] + 1) end += 1;
      parts.push(start === end ? `${sorted[start]}` : `${sorted[start]}-${sorted[end]}`);
    }
    return parts.join(", ");
  }

  function lockOf(place, kept, barred) {
    const own = units.get(place);
    const within = own.filter((unit) => kept.has(unit)).length;
    const without = own.filter((unit) => barred.has(unit)).length;
    if (within === own.length) return "in";
    if (without === own.length) return "out";
    return within || without ? "mixed" : "free";
  }

  function painted() {
    const kept = parsed(inside.value);
    const barred = parsed(outside.value);
    for (const place of places) {
      place.querySelector("path").setAttribute("class", `pu pu-${lockOf(place, kept, barred)}`);
    }
  }

  function locked(place) {
    const tool = document.querySelector("input[name=tool]:checked").value;
    const kept = parsed(inside.value);
    const barred = parsed(outside.value);
    const now = lockOf(place, kept, barred);
    const wanted = now === tool ? "free" : tool;
    for (const unit of units.get(place)) {
      kept.delete(unit);
      barred.delete(unit);
      if (wanted === "in") kept.add(unit);
      if (wanted === "out") barred.add(unit);
    }
    inside.value = written(kept);
    outside.value = written(barred);
    place.querySelector("path").setAttribute("class", `pu pu-${wanted}`);
    const title = place.querySelector("title");
    const name = title.textContent.split(": ")[0];
    title.textContent = `${name}: ${said.dataset[wanted]}`;
    said.textContent = title.textContent;
  }

  const middles = new Map();
  function middle(place) {
    if (!middles.has(place)) {
      const box = place.getBBox();
      middles.set(place, [box.x + box.width / 2, box.y + box.height / 2]);
    }
    return middles.get(place);
  }

  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  function beside(place, step) {
    const [x, y] = middle(place);
    let best = null;
    let least = Infinity;
    for (const other of places) {
      if (other === place) continue;
      const [dx, dy] = [middle(other)[0] - x, middle(other)[1] - y];
      const along = dx * step[0] + dy * step[1];
      const across = Math.abs(dx * step[1]) + Math.abs(dy * step[0]);
      if (along > 0.1 && along + 3 * across < least) {
        least = along + 3 * across;
        best = other;
      }
    }
    return best;
  }

  function moved(from, to) {
    from.setAttribute("tabindex", "-1");
    to.setAttribute("tabindex", "0");
    to.focus();
  }

  places.forEach((place, index) => {
    place.setAttribute("tabindex", index ? "-1" : "0");
    place.setAttribute("role", "button");
    place.addEventListener("click", (event) => {
      event.preventDefault();
      moved(map.querySelector("a[tabindex='0']") || place, place);
      locked(place);
    });
    place.addEventListener("keydown", (event) => {
      if (event.key === " ") {
        event.preventDefault();
        locked(place);
        return;
      }
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      const next = beside(place, step);
      if (next) moved(place, next);
    });
  });
  for (const field of [inside, outside]) field.addEventListener("change", painted);
  document.querySelector("[data-tools]").hidden = false;
})();

"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const settings = JSON.parse($("settings").textContent);
  const words = settings.words;
  const PAGE = 12;
  const filters = ["model", "result", "outcome", "reason", "length", "depth"];
  let texts = [];
  let trials = null;
  let limit = PAGE;
  let opened = null;
  let about = "";

  document.documentElement.classList.add("js");

  const say = (key, values) =>
    words[key].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  const whole = (n) => n.toLocaleString(settings.language);
  const make = (name, className, ...content) => {
    const node = document.createElement(name);
    if (className) node.className = className;
    node.append(...content);
    return node;
  };

  const unpack = async () => {
    const letters = atob($("packed").textContent);
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    const content = JSON.parse(await new Response(stream).text());
    texts = content.texts;
    trials = content.trials;
  };

  const ready = (async () => {
    $("count").textContent = words.loading;
    try {
      await unpack();
    } catch {
      $("count").textContent = words["trials-broken"];
      return false;
    }
    return true;
  })();

  const chosen = () => {
    const values = {};
    for (const name of filters) {
      const field = $("f-" + name);
      values[name] = field ? field.value : "";
    }
    values.text = $("f-text").value.trim().toLowerCase();
    return values;
  };

  const fits = (trial, wanted, places) => {
    const [sweep, column, row, result, , , outcome, reason, lines] = trial;
    const axes = settings.sweeps[sweep];
    return (
      (!wanted.model || String(sweep) === wanted.model) &&
      (!wanted.result || String(result) === wanted.result) &&
      (!wanted.outcome || texts[outcome] === wanted.outcome) &&
      (!wanted.reason || texts[reason] === wanted.reason) &&
      (!places || !wanted.length || axes.lengths[column] === wanted.length) &&
      (!places || !wanted.depth || axes.depths[row] === wanted.depth) &&
      (!wanted.text || lines.some((line) => line[1].toLowerCase().includes(wanted.text)))
    );
  };

  const card = (trial, open) => {
    const [sweep, , , result, badge, place, outcome, reason, lines] = trial;
    const several = settings.sweeps.length > 1;
    const said = [texts[outcome], texts[reason]].filter(Boolean).join(" – ");
    const list = make("dl");
    for (const [label, text, before, after] of lines) {
      const value =
        before || after ? [before || "", make("mark", "", text), after || ""] : [text];
      list.append(make("div", "", make("dt", "", texts[label]), make("dd", "", ...value)));
    }
    const node = make(
      "details",
      "trial",
      make(
        "summary",
        "",
        make("span", "badge r-" + settings.results[result], texts[badge]),
        make("span", "place", several ? settings.sweeps[sweep].label + ", " + place : place),
        make("span", "said", said),
      ),
      list,
    );
    node.open = open;
    return node;
  };

  const show = () => {
    const wanted = chosen();
    const found = trials.filter((trial) => fits(trial, wanted, true));
    found.sort((a, b) => a[3] - b[3]);
    const open = Boolean(wanted.length && wanted.depth);
    $("list").replaceChildren(...found.slice(0, limit).map((trial) => card(trial, open)));
    $("more").hidden = found.length <= limit;
    const said = say("found-trials", { shown: whole(found.length), all: whole(trials.length) });
    $("count").textContent =
      (about ? about + " \u2013 " : "") + (found.length ? said : words["no-trials"]);
    dim(wanted);
  };

  const dim = (wanted) => {
    const narrowed = wanted.result || wanted.outcome || wanted.reason || wanted.text;
    const kept = new Set();
    if (narrowed) {
      for (const trial of trials) {
        if (fits(trial, wanted, false)) kept.add(trial[0] + "/" + trial[1] + "/" + trial[2]);
      }
    }
    for (const map of maps) {
      if (map.sweeps.length > 1) continue;
      map.cells.forEach((cells, row) =>
        cells.forEach((cell, column) =>
          cell.classList.toggle(
            "dim",
            Boolean(narrowed) && !kept.has(map.sweeps[0] + "/" + column + "/" + row),
          ),
        ),
      );
    }
  };

  const filtered = async () => {
    limit = PAGE;
    about = "";
    if (await ready) show();
  };

  const maps = [...document.querySelectorAll("table.map")].map((table) => ({
    table,
    sweeps: table.dataset.sweeps.split(" "),
    cells: [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("td")]),
  }));

  const place = (map, cell) => {
    const row = cell.parentNode.sectionRowIndex;
    return [row, map.cells[row].indexOf(cell)];
  };

  const rove = (map, cell) => {
    for (const other of map.table.querySelectorAll('td[tabindex="0"]')) other.tabIndex = -1;
    cell.tabIndex = 0;
  };

  const open = async (map, cell) => {
    const [row, column] = place(map, cell);
    hide();
    if (opened) opened.removeAttribute("aria-selected");
    opened = cell;
    cell.setAttribute("aria-selected", "true");
    rove(map, cell);
    limit = PAGE;
    const label = cell.parentNode.firstElementChild;
    const head = map.table.tHead.rows[0].cells[column + 1];
    for (const name of filters) if ($("f-" + name)) $("f-" + name).value = "";
    $("f-text").value = "";
    pick("length", head.textContent);
    pick("depth", label.textContent + (settings.language === "en" ? "%" : " %"));
    if ($("f-model") && map.sweeps.length === 1) $("f-model").value = map.sweeps[0];
    about = cell.getAttribute("aria-label");
    if (await ready) show();
    const title = $("trials-title");
    title.scrollIntoView();
    title.focus({ preventScroll: true });
    $("back").hidden = false;
  };

  const pick = (name, text) => {
    const field = $("f-" + name);
    const option = [...field.options].find((one) => one.textContent === text);
    field.value = option ? option.value : "";
  };

  const back = () => {
    $("back").hidden = true;
    if (!opened) return;
    opened.scrollIntoView({ block: "center" });
    opened.focus({ preventScroll: true });
  };

  const tip = $("tip");
  const hide = () => {
    tip.hidden = true;
  };
  const point = (cell) => {
    tip.textContent = cell.getAttribute("aria-label");
    tip.hidden = false;
    const box = cell.getBoundingClientRect();
    const across = Math.min(
      Math.max(8, box.left + box.width / 2 - tip.offsetWidth / 2),
      document.documentElement.clientWidth - tip.offsetWidth - 8,
    );
    const above = box.top - tip.offsetHeight - 8;
    tip.style.left = across + window.scrollX + "px";
    tip.style.top = (above > 0 ? above : box.bottom + 8) + window.scrollY + "px";
  };

  const MOVES = {
    ArrowUp: ([row, column]) => [row - 1, column],
    ArrowDown: ([row, column]) => [row + 1, column],
    ArrowLeft: ([row, column]) => [row, column - 1],
    ArrowRight: ([row, column]) => [row, column + 1],
    Home: ([row]) => [row, 0],
    End: ([row]) => [row, Infinity],
    PageUp: ([, column]) => [0, column],
    PageDown: ([, column]) => [Infinity, column],
  };

  for (const map of maps) {
    const rows = map.cells.length;
    const columns = map.cells[0].length;
    for (const cell of map.cells.flat()) {
      cell.removeAttribute("title");
      cell.tabIndex = -1;
    }
    map.cells[0][0].tabIndex = 0;
    const over = (event) => event.target.closest("td");
    map.table.addEventListener("click", (event) => over(event) && open(map, over(event)));
    map.table.addEventListener("pointerover", (event) => {
      if (event.pointerType !== "touch") over(event) ? point(over(event)) : hide();
    });
    map.table.addEventListener("pointerleave", hide);
    map.table.addEventListener("focusin", (event) => over(event) && point(over(event)));
    map.table.addEventListener("focusout", hide);
    map.table.addEventListener("keydown", (event) => {
      const cell = over(event);
      if (!cell) return;
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        open(map, cell);
      } else if (event.key === "Escape") {
        hide();
      } else if (event.key in MOVES) {
        event.preventDefault();
        const [row, column] = MOVES[event.key](place(map, cell));
        const next =
          map.cells[Math.min(Math.max(row, 0), rows - 1)][
            Math.min(Math.max(column, 0), columns - 1)
          ];
        rove(map, next);
        next.focus();
      }
    });
  }

  for (const view of document.querySelectorAll('input[name="view"]')) {
    view.addEventListener("change", () => {
      for (const map of maps) {
        for (const cell of map.cells.flat()) {
          if (!cell.dataset.b) continue;
          const value = cell.dataset.b.split(" ")[Number(view.value)];
          cell.classList.forEach((name) => /^a\d+$/.test(name) && cell.classList.remove(name));
          cell.classList.add("a" + value);
          cell.textContent = value;
        }
      }
    });
  }

  const button = make("button", "", words.back);
  button.type = "button";
  button.id = "back";
  button.hidden = true;
  button.addEventListener("click", back);
  $("count").before(button);

  for (const name of [...filters, "text"]) {
    const field = $("f-" + name);
    if (field) field.addEventListener(name === "text" ? "input" : "change", filtered);
  }
  $("clear").addEventListener("click", () => {
    $("filters").reset();
    filtered();
  });
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("more").addEventListener("click", () => {
    const first = limit;
    limit += PAGE;
    show();
    $("list").children[first].querySelector("summary").focus();
  });
  $("trials").addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !$("back").hidden) back();
  });

  ready.then((good) => good && show());
})();

// Who solved what: the map and the list of items of the chosen benchmark.
const items = {bench: null, order: [], cursor: 0};

const shareOf = (bench, item, run) => {
  const rows = bench.byItem[item].filter((row) => row.run === run);
  return rows.length === 0 ? null : rows.filter((row) => row.right).length / rows.length;
};

// Shares of every run of the benchmark, for each item; null: not answered.
const sharesOf = (bench) => {
  if (!bench.shares) {
    rowsOf(bench);
    bench.shares = bench.ids.map((_, item) => bench.results.map((result) => shareOf(bench, item, result.run)));
    bench.means = bench.shares.map((shares) => {
      const known = shares.filter((s) => s !== null);
      return known.length === 0 ? -1 : known.reduce((a, b) => a + b, 0) / known.length;
    });
  }
  return bench.shares;
};

const shade = (share) => (share === null ? "cx" : share <= 0 ? "c0" : share < 1 / 3 ? "c1" : share < 2 / 3 ? "c2" : share < 1 ? "c3" : "c4");

const itemFilters = (bench) => {
  const name = (result) => index.runs[result.run].letter;
  const filters = [["all", "all items", () => true],
    ["none", "solved by none", (s) => s.every((x) => !x) && s.some((x) => x !== null)],
    ["full", "always solved by all", (s) => s.every((x) => x === 1)]];
  if (bench.results.length > 1) {
    filters.push(["differ", "runs disagree", (s) => new Set(s.filter((x) => x !== null)).size > 1]);
    bench.results.forEach((result, i) => filters.push(["only" + i, "best: " + name(result) + " alone",
      (s) => s[i] !== null && s.every((x, j) => j === i || (x ?? 0) < s[i])]));
  } else {
    filters.push(["some", "sometimes solved", (s) => s[0] > 0 && s[0] < 1]);
  }
  return filters;
};

const itemText = (bench, item) => {
  const shares = bench.results.map((result, i) => {
    const share = bench.shares[item][i];
    return index.runs[result.run].letter + " " + (share === null ? "–" : percent(share));
  });
  return "Item " + plain(bench.ids[item]) + " · " + shares.join(", ") + " · gold " + plain(bench.golds[item] || "(tests)");
};

const map = {cell: 8, gap: 1, across: 1, band: 0};

const layMap = () => {
  const canvas = $("map");
  const width = canvas.parentNode.clientWidth - 26;
  const count = Math.max(1, items.order.length);
  map.cell = count <= 60 ? 17 : count <= 200 ? 12 : count <= 1000 ? 9 : 5;
  map.gap = map.cell > 6 ? 1 : 0;
  map.across = Math.max(1, Math.min(count, Math.floor(width / map.cell)));
  map.high = map.cell > 6 ? Math.max(12, map.cell) : 8;
  map.band = items.bench.results.length * map.high + (map.cell > 6 ? 9 : 5);
  const bands = Math.ceil(count / map.across);
  const scale = window.devicePixelRatio || 1;
  const height = bands * map.band + 2;
  canvas.style.height = height + "px";
  canvas.width = Math.round(canvas.parentNode.clientWidth * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext("2d").setTransform(scale, 0, 0, scale, 0, 0);
};

const drawMap = () => {
  if (!items.bench) return;
  layMap();
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue("--" + name).trim();
  const colours = {c0: colour("c0"), c1: colour("c1"), c2: colour("c2"), c3: colour("c3"), c4: colour("c4")};
  const g = $("map").getContext("2d");
  g.clearRect(0, 0, 1e5, 1e5);
  g.font = "11px " + style.getPropertyValue("--sans");
  g.textBaseline = "middle";
  items.order.forEach((item, at) => {
    const x = 24 + (at % map.across) * map.cell;
    const y = Math.floor(at / map.across) * map.band + 1;
    items.bench.shares[item].forEach((share, row) => {
      const kind = shade(share);
      if (kind === "cx") {
        g.strokeStyle = colour("line");
        g.strokeRect(x + 0.5, y + row * map.high + 0.5, map.cell - map.gap - 1, map.high - 2);
      } else {
        g.fillStyle = colours[kind];
        g.fillRect(x, y + row * map.high, map.cell - map.gap, map.high - 1);
      }
      if (at % map.across === 0) {
        g.fillStyle = colour("soft");
        g.fillText(index.runs[items.bench.results[row].run].letter, 8, y + row * map.high + map.high / 2);
      }
    });
    if (at === items.cursor) {
      g.strokeStyle = colour("ink");
      g.lineWidth = 2;
      g.strokeRect(x - 1, y - 1, map.cell - map.gap + 2, items.bench.results.length * map.high + 1);
      g.lineWidth = 1;
    }
  });
};

const mapItemAt = (event) => {
  const box = $("map").getBoundingClientRect();
  const column = Math.floor((event.clientX - box.left - 24) / map.cell);
  const at = Math.floor((event.clientY - box.top) / map.band) * map.across + column;
  return column >= 0 && column < map.across && at >= 0 && at < items.order.length ? at : -1;
};

const moveCursor = (at) => {
  if (at < 0 || at >= items.order.length) return;
  items.cursor = at;
  $("map-status").textContent = itemText(items.bench, items.order[at]);
  drawMap();
};

let itemList = null;

const drawItem = (i) => {
  const bench = items.bench, item = items.order[i];
  const line = el("div", {}, el("span", {class: "id", title: plain(bench.ids[item])}, shortId(bench, item)));
  bench.results.forEach((result, j) => {
    const rows = bench.byItem[item].filter((row) => row.run === result.run);
    const right = rows.filter((row) => row.right).length;
    line.append(el("span", {class: "share", title: index.runs[result.run].name},
      el("i", {class: "cell " + shade(bench.shares[item][j])}), result_letter(result) + (rows.length ? right + "/" + rows.length : "–")));
  });
  const about = [index.words[bench.levels[item]], index.words[bench.subjects[item]]].filter(Boolean).join(" · ");
  line.append(el("span", {class: "grow"}, plain(bench.heads[item])), el("span", {class: "num about"}, plain(about)),
    el("span", {class: "num"}, plain(bench.golds[item]).slice(0, 24)));
  return line;
};
const result_letter = (result) => (index.runs.length > 1 ? index.runs[result.run].letter + " " : "");

const showItems = () => {
  const bench = items.bench;
  const shares = sharesOf(bench);
  const filter = itemFilters(bench).find(([key]) => key === $("item-filter").value) || itemFilters(bench)[0];
  items.order = bench.ids.map((_, i) => i).filter((i) => filter[2](shares[i]));
  if ($("item-order").value === "solved") {
    // Among equals those that the first run solves come first: what differs stands together.
    const first = (item) => shares[item].reduce((sum, share, i) => sum + (share ?? 0) / 4 ** i, 0);
    items.order.sort((a, b) => bench.means[b] - bench.means[a] || first(b) - first(a) || a - b);
  }
  items.cursor = 0;
  $("item-count").textContent = items.order.length + " of " + bench.ids.length + " items";
  $("map-status").textContent = items.order.length ? itemText(bench, items.order[0]) : "";
  drawMap();
  itemList.show(items.order.length);
};

const chooseBench = (bench) => {
  items.bench = bench;
  shortId(bench, 0);
  document.documentElement.style.setProperty("--id-width", bench.idWidth + "ch");
  $("bench").value = bench.name;
  $("item-filter").replaceChildren(...itemFilters(bench).map(([key, title]) => el("option", {value: key}, title)));
  showItems();
};

const startItems = (openItem) => {
  const open = (at, jumps = true) => {
    moveCursor(at);
    openItem(items.order[at], jumps);
  };
  itemList = new LongList($("item-list"), 38, drawItem, (i, jumps = false) => open(i, jumps));
  const canvas = $("map");
  canvas.addEventListener("pointermove", (event) => {
    const at = mapItemAt(event);
    if (at >= 0) $("map-status").textContent = itemText(items.bench, items.order[at]);
  });
  canvas.addEventListener("click", (event) => {
    const at = mapItemAt(event);
    if (at >= 0) open(at);
  });
  canvas.addEventListener("keydown", (event) => {
    const steps = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -map.across, ArrowDown: map.across};
    if (event.key in steps) {
      event.preventDefault();
      moveCursor(items.cursor + steps[event.key]);
    } else if (event.key === "Enter" && items.order.length) {
      open(items.cursor);
    }
  });
  $("item-filter").addEventListener("change", showItems);
  $("item-order").addEventListener("change", showItems);
  new ResizeObserver(drawMap).observe($("map-box"));
};

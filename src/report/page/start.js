// Colours first, then the lists.
const setTheme = (name) => {
  document.documentElement.dataset.theme = name;
  drawMap();
};

const selectBench = (name) => {
  const bench = index.benchmarks.find((b) => b.name === name) || index.benchmarks[0];
  answers.item = -1;
  chooseBench(bench);
  $("verdict-filter").replaceChildren(...verdictFilters(bench).map(([key, title]) => el("option", {value: key}, title)));
  $("run-filter").replaceChildren(el("option", {value: ""}, "all"),
    ...bench.results.map((r) => el("option", {value: r.run}, index.runs[r.run].letter + ": " + plain(index.runs[r.run].name).slice(0, 60))));
  showAnswers();
  return bench;
};

// "#answer/aime24/a/60/0" opens that answer.
const openFromAddress = () => {
  const [word, name, letter, id, sample] = location.hash.slice(1).split("/");
  if (word !== "answer" || sample === undefined) return false;
  const bench = selectBench(name);
  let wanted = "";
  try {
    wanted = decodeURIComponent(id);
  } catch {
    return false;
  }
  const row = bench.rows.find((r) => bench.ids[r.item] === wanted && index.runs[r.run].letter === letter && r.sample === Number(sample));
  if (!row) return false;
  openAnswer(row);
  $("answers").scrollIntoView();
  return true;
};

const start = async () => {
  setTheme(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => setTheme(event.matches ? "dark" : "light"));
  $("theme").addEventListener("click", () => setTheme(theme() === "dark" ? "light" : "dark"));
  index = await inflate("data-index");
  startItems(openItem);
  startAnswers();
  $("bench").replaceChildren(...index.benchmarks.map((b) => el("option", {value: b.name}, b.title)));
  $("bench").addEventListener("change", () => selectBench($("bench").value));
  if (!openFromAddress()) {
    const bench = selectBench(index.benchmarks[0].name);
    const first = bench.rows.find((row) => !row.right) || bench.rows[0];
    if (first) await openAnswer(first, true);
  }
  document.documentElement.dataset.ready = "yes";
};

start().catch((error) => {
  const text = "This browser could not open the answers (" + error + "). The tables and plots above are complete.";
  $("items").querySelector(".lead").textContent = text;
});

// The answers: a filtered list, and one answer to read.
const answers = {shown: [], item: -1, open: null, search: 0, keepReasoning: false};
let answerList = null;

const sign = (row) => (row.right ? "✓" : row.verdict === "unparsed" || row.verdict === "harness_error" ? "?" : "✗");
const kind = (row) => (row.right ? "right" : sign(row) === "?" ? "" : "wrong");
const isTruncated = (row) => row.finish === "length" || row.finish === "max_tokens";

const drawAnswer = (i) => {
  const row = answers.shown[i];
  return el("div", {},
    el("span", {class: "verdict " + kind(row), title: row.verdict}, sign(row)),
    index.runs.length > 1 ? el("span", {class: "num " + seriesClass(row.run)}, index.runs[row.run].letter) : null,
    el("span", {class: "id", title: plain(row.bench.ids[row.item])}, shortId(row.bench, row.item)),
    el("span", {class: "num"}, "#" + row.sample),
    el("span", {class: "grow"}, row.answer === null ? plain(row.reason) : plain(row.answer)),
    el("span", {class: "num"}, row.tokens === null ? "" : row.tokens.toLocaleString("en") + (isTruncated(row) ? " ✂" : "")));
};

const verdictFilters = (bench) => {
  const words = [...new Set(rowsOf(bench).map((row) => row.verdict))].sort();
  const filters = [["", "all", () => true], ["wrong!", "not right", (row) => !row.right]];
  words.forEach((word) => filters.push([word, plain(word), (row) => row.verdict === word]));
  filters.push(["cut!", "truncated", isTruncated]);
  return filters;
};

const contains = (text, needle) => text.toLowerCase().includes(needle);

// Fills the list; texts of whole answers are inflated block by block, so typing never waits.
const showAnswers = async () => {
  const turn = ++answers.search;
  const bench = items.bench;
  const needle = $("search").value.trim().toLowerCase();
  const run = $("run-filter").value;
  const verdict = verdictFilters(bench).find(([key]) => key === $("verdict-filter").value) || verdictFilters(bench)[0];
  const rows = rowsOf(bench).filter((row) => (answers.item < 0 || row.item === answers.item) &&
    (run === "" || row.run === Number(run)) && verdict[2](row));
  const fits = (row) => contains(bench.ids[row.item], needle) || contains(row.answer ?? "", needle) || contains(row.reason, needle);
  const found = new Set(needle ? rows.filter(fits) : rows);
  const finish = (note) => {
    answers.shown = rows.filter((row) => found.has(row));
    $("answer-count").textContent = answers.shown.length.toLocaleString("en") + " of " + rowsOf(bench).length.toLocaleString("en") + " answers" + note;
    answerList.show(answers.shown.length, answers.shown.indexOf(answers.open));
  };
  $("clear-item").hidden = answers.item < 0;
  $("clear-item").textContent = answers.item < 0 ? "" : "× item " + plain(bench.ids[answers.item]).slice(0, 40);
  if (!needle || !$("in-text").checked) return finish("");
  finish(" …");
  const questions = new Map();
  let since = performance.now();
  for (const row of rows) {
    if (found.has(row)) continue;
    if (!questions.has(row.item)) {
      questions.set(row.item, contains(wholeText(await textOf(bench.questions[row.item])), needle));
    }
    if (questions.get(row.item) || contains(wholeText(await textOf(row.text)), needle)) found.add(row);
    if (turn !== answers.search) return;
    if (performance.now() - since > 100) {
      finish(" …");
      await new Promise((go) => setTimeout(go));
      since = performance.now();
    }
  }
  finish("");
};

const promptOf = async (row) => {
  const entry = row.result.prompts.find(([item]) => item === row.item);
  if (!entry) return null;
  if (entry[2] < 0) return index.words[entry[1]];
  return index.words[entry[1]] + wholeText(await textOf(row.bench.questions[row.item])) + index.words[entry[2]];
};

// An answer's text as nodes: reasoning folded, the gap of a long one named.
const answerBody = (text, needle) => {
  const parts = typeof text === "string" ? [text] : text;
  const whole = wholeText(text);
  const gap = () => el("span", {class: "gap"}, parts[1].toLocaleString("en") + " bytes are left out here");
  const body = el("div");
  const fill = (node, from, to) => {  // whole.slice(from, to), with the gap where it falls
    const cut = parts.length === 3 ? parts[0].length : -1;
    if (cut < from || cut >= to) return put(node, whole.slice(from, to), needle);
    put(node, whole.slice(from, cut), needle);
    node.append(gap());
    return put(node, whole.slice(cut + 1, to), needle);
  };
  const end = whole.lastIndexOf("</think>");
  if (end >= 0) {
    const split = end + "</think>".length;
    const inside = needle !== "" && contains(whole.slice(0, split), needle.toLowerCase());
    const details = el("details", {open: answers.keepReasoning || inside},
      el("summary", {}, "Reasoning, " + split.toLocaleString("en") + " characters"), fill(el("pre"), 0, split));
    details.addEventListener("toggle", () => { answers.keepReasoning = details.open; });
    body.append(details);
    let start = split;
    while (whole[start] === "\n") ++start;
    body.append(fill(el("pre"), start, whole.length));
  } else {
    body.append(fill(el("pre"), 0, whole.length));
  }
  return body;
};

const chipsOf = (row) => {
  const chips = el("div", {class: "chips", role: "group", "aria-label": "All answers to this item"});
  row.bench.results.forEach((result) => {
    const line = el("div", {}, index.runs.length > 1 ? el("span", {class: "num " + seriesClass(result.run)}, index.runs[result.run].letter) : "");
    row.bench.byItem[row.item].filter((other) => other.run === result.run).forEach((other) => line.append(
      el("button", {class: "chip " + kind(other), type: "button", "aria-current": other === row ? "true" : null,
        title: index.runs[other.run].name + " #" + other.sample + ": " + other.verdict, onclick: () => openAnswer(other)}, sign(other))));
    if (line.querySelector("button")) chips.append(line);
  });
  return chips;
};

const openAnswer = async (row, isFirst = false) => {
  answers.open = row;
  const at = answers.shown.indexOf(row);
  if (at >= 0) answerList.mark(at);
  const [question, text, prompt] = await Promise.all([textOf(row.bench.questions[row.item]), textOf(row.text), promptOf(row)]);
  if (answers.open !== row) return;
  const bench = row.bench, needle = $("in-text").checked ? $("search").value.trim() : "";
  const facts = el("dl");
  const fact = (name, value) => { if (value !== "") facts.append(el("dt", {}, name), el("dd", {}, value)); };
  const code = (value) => put(el("code"), value);
  fact("Model", plain(index.runs[row.run].name));
  fact("Answer", row.answer === null ? "none found" : code(row.answer));
  if (bench.golds[row.item]) fact("Gold", code(bench.golds[row.item]));
  fact("Why", plain(row.reason));
  fact("About", plain([index.words[bench.levels[row.item]], index.words[bench.subjects[row.item]]].filter(Boolean).join(" · ")));
  fact("Length", [row.tokens === null ? "" : row.tokens.toLocaleString("en") + " tokens", row.finish ? "ended by " + plain(row.finish) : ""].filter(Boolean).join(", "));
  $("answer").replaceChildren(
    el("header", {}, el("span", {class: "badge " + kind(row)}, sign(row) + " " + plain(row.verdict)),
      el("span", {class: "id"}, plain(bench.ids[row.item])), el("span", {class: "num"}, "answer " + row.sample),
      el("span", {class: "push"},
        el("button", {type: "button", "aria-label": "Previous answer", onclick: () => step(-1)}, "↑"),
        el("button", {type: "button", "aria-label": "Next answer", onclick: () => step(1)}, "↓"))),
    chipsOf(row), facts, el("h3", {}, "Question"), put(el("pre"), wholeText(question), needle),
    prompt === null ? "" : el("details", {}, el("summary", {}, "Prompt as it was sent"), put(el("pre"), prompt)),
    el("h3", {}, "Answer in full"), answerBody(text, needle));
  if (!isFirst) history.replaceState(null, "", "#" + ["answer", bench.name, index.runs[row.run].letter, encodeURIComponent(bench.ids[row.item]), row.sample].join("/"));
};

const step = (by) => {
  const at = answers.shown.indexOf(answers.open);
  const next = answers.shown[at < 0 ? 0 : at + by];
  if (next) openAnswer(next);
};

// The answers of one item, from the map or the list of items.
const openItem = (item, jumps) => {
  answers.item = item;
  showAnswers();
  const first = items.bench.byItem[item][0];
  if (first) openAnswer(first);
  if (jumps) $("answers").scrollIntoView();
};

const startAnswers = () => {
  answerList = new LongList($("answer-list"), 38, drawAnswer, (i, jumps) => {
    openAnswer(answers.shown[i]);
    if (jumps) $("answer").focus();
  });
  let timer = 0;
  $("search").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(showAnswers, 120);
  });
  for (const id of ["in-text", "run-filter", "verdict-filter"]) $(id).addEventListener("change", showAnswers);
  $("clear-item").addEventListener("click", () => {
    answers.item = -1;
    showAnswers();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (event.key === "/") {
      event.preventDefault();
      $("search").focus();
      $("answers").scrollIntoView();
    } else if (event.key === "j" || event.key === "k") {
      step(event.key === "j" ? 1 : -1);
    }
  });
};

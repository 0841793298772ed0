// Blocks of the page: deflated JSON, inflated when first asked for.
const $ = (id) => document.getElementById(id);
const el = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") node.className = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((c) => c !== null));
  return node;
};

const inflate = async (id) => {
  const letters = atob($(id).textContent);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; ++i) bytes[i] = letters.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
};

let index = null;  // what all lists are made of
const blocks = new Map();
const block = (number) => {
  if (!blocks.has(number)) blocks.set(number, inflate("data-" + number));
  return blocks.get(number);
};

const blockOf = (text) => {
  let low = 0, high = index.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (index.starts[middle] <= text) low = middle; else high = middle - 1;
  }
  return low;
};

// A text by its number: a string, or [beginning, bytes left out, end].
const textOf = async (number) => {
  const at = blockOf(number);
  return (await block(at))[number - index.starts[at]];
};

const wholeText = (text) => (typeof text === "string" ? text : text[0] + "\n" + text[2]);

// What all ids of a benchmark share at both ends, up to a slash and from a dot on, is left out of lists.
const shortId = (bench, item) => {
  if (!bench.ends) {
    const ids = bench.ids;
    let head = ids.length > 1 ? ids[0].lastIndexOf("/") + 1 : 0;
    while (head > 0 && !ids.every((id) => id.startsWith(ids[0].slice(0, head)))) head = ids[0].lastIndexOf("/", head - 2) + 1;
    const dot = ids.length > 1 ? ids[0].lastIndexOf(".") : -1;
    const tail = dot > 0 && ids.every((id) => id.endsWith(ids[0].slice(dot))) ? ids[0].length - dot : 0;
    bench.ends = [head, tail];
    bench.idWidth = Math.min(24, 1 + ids.reduce((most, id) => Math.max(most, id.length - head - tail), 1));
  }
  const id = bench.ids[item];
  return plain(id.slice(bench.ends[0], id.length - bench.ends[1]) || id);
};

// Every answer of a benchmark as one record.
const rowsOf = (bench) => {
  if (bench.rows) return bench.rows;
  bench.rows = [];
  bench.results.forEach((result) => {
    result.item.forEach((item, i) => bench.rows.push({
      bench, result, i, item, run: result.run, sample: result.sample[i], right: result.right[i] === 1,
      verdict: index.words[result.verdict[i]], reason: index.words[result.reason[i]],
      answer: result.answer[i], tokens: result.tokens[i], finish: index.words[result.finish[i]],
      text: index.firstAnswer + result.first + i}));
  });
  bench.rows.sort((a, b) => a.item - b.item || a.run - b.run || a.sample - b.sample);
  bench.byItem = bench.ids.map(() => []);
  bench.rows.forEach((row) => bench.byItem[row.item].push(row));
  return bench.rows;
};

// Characters that would change how the text around them is shown are named instead.
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\udb40][\udc00-\udc7f]/g;
const nameOf = (c) => "U+" + c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
const plain = (text) => String(text).replace(hidden, (c) => "⟨" + nameOf(c) + "⟩");

const kMostMarks = 2000;

// Puts `text` into `node` as text, with hidden characters and matches of `needle` made visible.
const put = (node, text, needle = "") => {
  text = text.replace(/\r\n/g, "\n");
  const pattern = needle ? new RegExp(hidden.source + "|" + needle.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi") : hidden;
  let from = 0, marks = 0;
  for (const match of text.matchAll(pattern)) {
    if (++marks > kMostMarks) break;
    node.append(text.slice(from, match.index));
    hidden.lastIndex = 0;
    node.append(hidden.test(match[0]) ? el("span", {class: "ctl"}, nameOf(match[0])) : el("mark", {}, match[0]));
    from = match.index + match[0].length;
  }
  node.append(marks > kMostMarks ? plain(text.slice(from)) : text.slice(from));
  return node;
};

const percent = (share) => (100 * share).toFixed(0) + " %";
const theme = () => document.documentElement.dataset.theme;
const seriesClass = (run) => "s" + (run % 6);

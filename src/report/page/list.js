// A list of which only the visible lines exist. `draw(i)` makes line i; `open(i)` is called for the
// chosen one.
class LongList {
  constructor(node, height, draw, open) {
    Object.assign(this, {node, height, draw, open, count: 0, chosen: -1});
    this.space = el("div", {class: "space"});
    node.append(this.space);
    node.addEventListener("scroll", () => this.paint(), {passive: true});
    node.addEventListener("click", (event) => {
      const line = event.target.closest(".line");
      if (line) this.choose(Number(line.dataset.i));
    });
    node.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.paint()).observe(node);
  }

  show(count, chosen = -1) {
    this.count = count;
    this.chosen = chosen;
    this.space.style.height = count * this.height + "px";
    this.node.scrollTop = 0;
    if (chosen >= 0) this.reveal(chosen);
    this.paint(true);
  }

  paint(anew = false) {
    const first = Math.max(0, Math.floor(this.node.scrollTop / this.height) - 4);
    const end = Math.min(this.count, Math.ceil((this.node.scrollTop + this.node.clientHeight) / this.height) + 4);
    if (!anew && first === this.first && end === this.end) return;
    Object.assign(this, {first, end});
    const lines = [];
    for (let i = first; i < end; ++i) {
      const line = this.draw(i);
      line.classList.add("line");
      line.dataset.i = i;
      line.id = this.node.id + "-" + i;
      line.setAttribute("role", "option");
      line.setAttribute("aria-selected", i === this.chosen);
      line.setAttribute("aria-setsize", this.count);
      line.setAttribute("aria-posinset", i + 1);
      line.style.top = i * this.height + "px";
      line.style.height = this.height + "px";
      lines.push(line);
    }
    this.space.replaceChildren(...lines);
  }

  reveal(i) {
    const top = i * this.height;
    if (top < this.node.scrollTop || top + this.height > this.node.scrollTop + this.node.clientHeight) {
      this.node.scrollTop = top - this.node.clientHeight / 2 + this.height;
    }
  }

  mark(i) {
    this.chosen = i;
    this.reveal(i);
    this.paint(true);
    this.node.setAttribute("aria-activedescendant", this.node.id + "-" + i);
  }

  choose(i, opens = true) {
    if (i < 0 || i >= this.count) return;
    this.mark(i);
    if (opens) this.open(i);
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.node.clientHeight / this.height) - 1);
    const steps = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -this.count, End: this.count};
    if (event.key in steps && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      this.choose(Math.min(this.count - 1, Math.max(0, this.chosen + steps[event.key])));
    } else if (event.key === "Enter" && this.chosen >= 0) {
      this.open(this.chosen, true);
    }
  }
}

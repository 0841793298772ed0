"""report: the table in every form, comparisons, refusals, and a page in which hostile text stays text."""
import csv
import io
import json
import os
import resource
import sqlite3
import unittest

import browser
from evaluation import Page, aime_problems, answer, boxed, math_problems, write_lines
from harness import Case

HOSTILE = ["</script><script>window.hacked=1</script>", "<!--<script>", "--><img src=x onerror=window.hacked=1>", "]]>", "<svg/onload=window.hacked=1>",
           "javascript:window.hacked=1", "\u202eevil\u202c \u2066x\u2069 \u200b", "nul\0nul \x1b[31m \x07", "\ufeff\u2028\u2029", "'\"><b>", "{{7*7}} ${7*7}",
           "\\u003cscript>", "&lt;b&gt; &#60;", "=cmd|'/c calc'!A1", "é" * 10, "😀" * 5, "\\boxed{" * 50, "<think>" * 3 + "</think>" * 2, "a\r\nb\rc"]


class ReportTables(Case):
    needs_models = False

    def run_of(self, name, right, model="", golds=40, texts=None, items=None, more=()):
        """A run on MATH500 in which item i is right where right(i)."""
        names = items or [f"m/{i}" for i in range(golds)]
        problems = math_problems({n: str(i + 100) for i, n in enumerate(names)})
        write_lines(self.dir / f"{name}.data.jsonl", problems)
        samples = [answer(n, 0, (texts[i % len(texts)] + "\n" if texts else "") + boxed(i + 100 if right(i) else 7), tokens=100 + i)
                   for i, n in enumerate(names)]
        write_lines(self.dir / f"{name}.jsonl", samples)
        self.ok("eval", "math500", "--engine", "replay", "--answers", f"{name}.jsonl", "--data", f"{name}.data.jsonl", "--run", name,
                "--model", model, *more)

    def test_every_form_has_the_same_numbers(self):
        self.run_of("a", lambda i: i < 30, "some/model")
        self.ok("report", "a", "-o", "r.md", "-o", "r.csv", "-o", "r.json", "-o", "r.html", "-o", "r.txt", "--format", "none")
        self.assertEqual(self.ok("report", "a", "--format", "markdown").stdout, (self.dir / "r.md").read_text())
        self.assertIn("| **some/model** [a] | 75.0 [61.4, 88.6] |", (self.dir / "r.md").read_text())
        self.assertIn("75.0 [61.4, 88.6]", (self.dir / "r.txt").read_text())
        row = next(csv.DictReader(io.StringIO((self.dir / "r.csv").read_text())))
        self.assertEqual((row["model"], row["benchmark"], row["metric"], row["value"]), ("some/model", "MATH500", "pass@1", "75"))
        cell = json.loads((self.dir / "r.json").read_text())["rows"][0]["cells"][0]
        self.assertEqual((cell["value"], cell["share"], cell["items"]), (75.0, 0.75, 40))
        self.assertIn("75.0", Page((self.dir / "r.html").read_text()).text)

    def test_the_same_report_is_the_same_bytes(self):
        self.run_of("a", lambda i: i < 30)
        for name in ("x.html", "y.html"):
            self.ok("report", "a", "--reference", "-o", name, "--format", "none")
        self.assertEqual((self.dir / "x.html").read_bytes(), (self.dir / "y.html").read_bytes())

    def test_published_rows_stand_beside_with_marks(self):
        self.run_of("a", lambda i: i < 20, "me/DeepSeek-R1-Distill-Qwen-32B")
        report = json.loads(self.ok("report", "a", "--reference", "--json").stdout)
        rows = {r["model"]: r for r in report["rows"]}
        self.assertEqual(rows["FuseAI/FuseO1-DeepSeekR1-QwQ-SkyT1-32B-Preview"]["cells"],
                         [{"benchmark": "MATH500", "metric": "pass@1", "value": 94.8}])
        same = [c for c in report["reference"]["comparisons"] if c["same_model"]]
        self.assertEqual([(c["model"], c["significant"], c["test"]) for c in same],
                         [("deepseek-ai/DeepSeek-R1-Distill-Qwen-32B", True, "exact binomial")])
        text = self.ok("report", "a", "--reference").stdout
        self.assertIn("94.8 ▲▲", text)
        self.assertIn("published 93.6, here 50.0 (−43.6, p < 0.0001)", text)
        self.assertNotIn("LiveCodeBench", text)

    def test_two_runs_are_compared_item_by_item(self):
        self.run_of("a", lambda i: i < 20)
        self.run_of("b", lambda i: 2 <= i < 30)
        (pair,) = json.loads(self.ok("report", "a", "b", "--json").stdout)["paired"]
        self.assertEqual((pair["items"], pair["changed_items"], pair["better_items"], pair["worse_items"]), (40, 12, 10, 2))
        self.assertAlmostEqual(pair["difference"], 0.2)
        exact = 2 * (1 + 12 + 66) / 2**12  # of 12 changed items at most 2 the other way
        self.assertAlmostEqual(pair["p_value"], exact)
        self.assertAlmostEqual(pair["p_mcnemar"], exact)
        self.assertIn("MATH500: a → b", self.ok("report", "a", "b").stdout)

    def test_runs_on_different_data_are_shown_but_not_compared(self):
        self.run_of("a", lambda i: i < 20)
        self.run_of("b", lambda i: i < 20, golds=41)
        report = json.loads(self.ok("report", "a", "b", "--json").stdout)
        self.assertEqual((len(report["rows"]), report["paired"]), (2, []))
        self.assertTrue(any("different data" in note for note in report["notes"]))

    def test_refusals_name_the_run_and_what_to_do(self):
        self.run_of("a", lambda i: True)
        self.assertIn("nowhere", self.refused(2, "report", "nowhere"))
        self.assertIn("given twice", self.refused(2, "report", "a", "./a"))
        self.assertIn("RUN", self.refused(2, "report"))
        self.assertIn("--format", self.refused(2, "report", "a", "--format", "pdf"))
        self.assertIn("--name", self.refused(2, "report", "a", "--name", "x", "--name", "y"))
        self.assertIn("report.pdf", self.refused(2, "report", "a", "-o", "report.pdf"))
        self.assertIn("aime42", self.refused(2, "report", "a", "--bench", "aime42"))
        for part in ("run.json",):
            self.assertIn("part of the run", self.refused(2, "report", "a", "-o", "a/" + part))
        os.mkdir(self.dir / "dir.html")
        self.refused(2, "report", "a", "-o", "dir.html")
        code = self.run_program("report", "a", "-o", "missing/r.html").returncode
        self.assertIn(code, (2, 4))
        sqlite3.connect(self.dir / "a/run.sqlite", isolation_level=None).execute("DELETE FROM verdicts")
        self.assertIn("no verdicts", self.refused(2, "report", "a"))

    def test_a_damaged_store_is_input_not_a_crash(self):
        self.run_of("a", lambda i: True)
        path = self.dir / "a/run.sqlite"
        sqlite3.connect(path, isolation_level=None).execute("PRAGMA wal_checkpoint(TRUNCATE)")
        whole = path.read_bytes()
        for damaged in (b"", b"not a database" * 500, whole[:100] + b"\xff" * 4000 + whole[4100:], whole[:len(whole) // 2]):
            path.write_bytes(damaged)
            for extra in ("a/run.sqlite-wal", "a/run.sqlite-shm"):
                (self.dir / extra).unlink(missing_ok=True)
            self.assertIn("run.sqlite", self.refused(3, "report", "a", "-o", "r.html"))
            self.assertFalse((self.dir / "r.html").exists())
        path.write_bytes(whole)
        (self.dir / "a/run.json").write_text("{]")
        self.assertIn("run.json", self.refused(3, "report", "a"))

    def test_gaps_are_said(self):
        self.run_of("a", lambda i: True)
        db = sqlite3.connect(self.dir / "a/run.sqlite", isolation_level=None)
        db.execute("DELETE FROM samples WHERE id = 'm/3'")
        db.execute("DELETE FROM verdicts WHERE id = 'm/4'")
        notes = json.loads(self.ok("report", "a", "--json").stdout)["notes"]
        self.assertTrue(any("2 of 40 items have no graded answer" in n for n in notes), notes)
        self.assertTrue(any("1 answers have no verdict" in n for n in notes), notes)

    def hostile_run(self):
        names = [f"{i} {text}".replace("\0", "").replace("\x1b", "").replace("\x07", "")[:60] for i, text in enumerate(HOSTILE)]
        names = [n.encode("ascii", "ignore").decode().replace("\r", "").replace("\n", "") for n in names]
        self.run_of("h", lambda i: i % 2 == 0, "<b>model</b>" + HOSTILE[0], texts=HOSTILE, items=names)
        db = sqlite3.connect(self.dir / "h/run.sqlite", isolation_level=None)
        db.execute("UPDATE samples SET response = CAST(x'fffe3c2f7363726970743e' AS TEXT) WHERE seq = 1")
        db.execute("UPDATE samples SET response = ? WHERE seq = 2", ("x" * 10**6 + "</script>",))
        db.execute("UPDATE verdicts SET reason = ?", (HOSTILE[0] + HOSTILE[6],))
        db.execute("UPDATE items SET question = question || ?, subject = ?", (HOSTILE[2], HOSTILE[4]))

    def test_hostile_text_stays_text_in_every_form(self):
        self.hostile_run()
        self.ok("report", "h", "-o", "h.html", "-o", "h.csv", "-o", "h.md", "-o", "h.json", "--format", "none")
        printed = self.ok("report", "h").stdout
        for character in printed:
            self.assertFalse(ord(character) < 32 and character != "\n" or character in "\u202e\u2066\u200b\x7f", repr(character))
        page = Page((self.dir / "h.html").read_text(encoding="utf-8"))
        self.assertEqual(len(page.programs()), 1)
        self.assertNotIn("hacked", page.programs()[0])
        self.assertEqual(page.addresses(), [])
        self.assertFalse([a for _, attrs in page.elements for a in attrs if a.startswith("on") or a == "style"])
        self.assertTrue(any(isinstance(t, str) and t.startswith(HOSTILE[3]) for t in page.texts))
        self.assertEqual(max(len(t) for t in page.texts if isinstance(t, str)), 10**6 + len("</script>"))
        for row in csv.reader(io.StringIO((self.dir / "h.csv").read_text(encoding="utf-8"))):
            self.assertFalse(any(field.startswith(("=", "+", "@")) for field in row), row)
        self.assertNotIn("<b>", (self.dir / "h.md").read_text())
        json.loads((self.dir / "h.json").read_text())

    def test_long_answers_are_cut_in_the_middle_and_it_is_said(self):
        self.run_of("a", lambda i: True, texts=["beginning " + "é" * 5000 + " end"])
        self.ok("report", "a", "-o", "r.html", "--answer-bytes", "1000", "--format", "none")
        page = Page((self.dir / "r.html").read_text())
        cut = [t for t in page.texts if isinstance(t, list)]
        self.assertEqual(len(cut), 40)
        for head, left_out, tail in cut:
            self.assertTrue(head.startswith("beginning é") and tail.endswith("}."), (head, tail))
            self.assertLessEqual(len((head + tail).encode()), 1000)
            self.assertGreater(left_out, 9000)
        self.assertIn("40 are longer than 1 kB", page.text.replace("1.00 kB", "1 kB"))

    def test_ten_thousand_answers(self):
        write_lines(self.dir / "d.jsonl", math_problems({f"m/{i}": str(i + 100) for i in range(500)}))
        words = " ".join(f"word{i * 7919 % 1009} \\frac{{{i}}}{{7}}" for i in range(250))
        write_lines(self.dir / "s.jsonl", [answer(f"m/{i}", s, f"<think>{s} {words} {i}</think>{boxed(i + 100 + s % 2)}")
                                           for i in range(500) for s in range(20)])
        self.ok("grade", "math500", "s.jsonl", "--data", "d.jsonl", "--run", "r")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.ok("report", "r", "--reference", "-o", "r.html", "--format", "none")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        size = (self.dir / "r.html").stat().st_size
        print(f"10,000 answers, {(self.dir / 's.jsonl').stat().st_size / 1e6:.0f} MB: {seconds:.2f} s of processor time, page {size / 1e6:.1f} MB")

    @unittest.skipUnless(browser.available(), "no Chromium on this machine")
    def test_the_page_works_in_a_browser_and_asks_nobody(self):
        self.hostile_run()
        self.run_of("b", lambda i: i % 3 == 0, "other/model")
        self.ok("report", "h", "b", "--reference", "-o", "h.html", "--format", "none")
        path = self.dir / "h.html"
        with browser.Browser() as page:
            page.open(path)
            self.assertEqual(page.run("document.querySelectorAll('#answer-list .line').length > 5"), True)
            page.run("document.getElementById('answer-list').focus()")
            for _ in range(25):  # every hostile answer is opened
                page.call("Input.dispatchKeyEvent", type="keyDown", key="ArrowDown")
                page.run("new Promise(r => setTimeout(r, 20))")
            page.run("""(() => { const s = document.getElementById('search'); document.getElementById('in-text').checked = true;
                     s.value = 'window.hacked'; s.dispatchEvent(new Event('input')); })()""")
            page.run("new Promise(r => setTimeout(r, 800))")
            self.assertRegex(page.run("document.getElementById('answer-count').textContent"), r"^[1-9]\d* of \d+ answers$")
            page.run("document.getElementById('theme').click()")
            for width in (390, 1280):
                page.resize(width, 900)
                page.run("new Promise(r => setTimeout(r, 100))")
                self.assertLessEqual(page.run("document.documentElement.scrollWidth"), width)
            self.assertIsNone(page.run("window.hacked"))
            self.assertEqual(page.messages, [])
            self.assertEqual(set(page.requests), {"file://" + str(path)})


if __name__ == "__main__":
    unittest.main()

"""eval, grade, run and sandbox: from stored answers to scores, through kills, and code in the real sandbox."""
import json
import random
import signal
import sqlite3
import subprocess
import time
import unittest

from evaluation import aime_problems, answer, boxed, code_problem, fenced, math_problems, write_lines
from harness import Case, PROGRAM


class Evaluation(Case):
    needs_models = False

    def data(self):
        (self.dir / "data").mkdir(exist_ok=True)
        write_lines(self.dir / "data/aime24.jsonl", aime_problems({60: "204", 61: "025"}))
        write_lines(self.dir / "data/math500.jsonl", math_problems({"m/1": "\\frac{1}{2}", "m/2": "7", "m/3": "x^2", "m/4": "3"}))

    def answers(self):
        """AIME: item 60 right, right, wrong, unparsed and cut; item 61 right once of four. MATH: three of four."""
        aime = [answer(60, 0, boxed("204")), answer(60, 1, boxed("204.0")), answer(60, 2, boxed("17")),
                answer(60, 3, "no idea", "length"), answer(61, 0, boxed("25")), answer(61, 1, boxed("7")),
                answer(61, 2, boxed("7")), answer(61, 3, boxed("8"))]
        math = [answer("m/1", 0, boxed("0.5")), answer("m/2", 0, boxed("7")), answer("m/3", 0, boxed("x^2")),
                answer("m/4", 0, boxed("4"))]
        write_lines(self.dir / "aime.jsonl", aime)
        write_lines(self.dir / "math.jsonl", math)
        return aime, math

    def replay(self, run="run", *more):
        return self.ok("eval", "aime24,math500", "--engine", "replay", "--answers", "aime.jsonl", "--answers", "math.jsonl",
                       "--data", "data", "--run", run, "--model", "some/model", *more)

    def test_eval_on_stored_answers_reproduces_hand_computed_cells(self):
        self.data()
        self.answers()
        cells = json.loads(self.replay("run", "--json").stdout)["benchmarks"]
        aime, math = cells["aime24"], cells["math500"]
        self.assertEqual((aime["pass@1"], aime["cons@4"], aime["tied_items"]), (0.375, 0.5, 0))
        self.assertAlmostEqual(aime["pass@2"], (5 / 6 + 1 / 2) / 2)
        self.assertAlmostEqual(aime["stderr"], 0.125)
        self.assertEqual((aime["unparsed_rate"], aime["truncation_rate"]), (0.125, 0.125))
        self.assertEqual((math["pass@1"], math["samples"]), (0.75, 4))
        self.assertAlmostEqual(math["stderr"], 0.25)
        table = self.ok("report", "run").stdout
        for cell in ("37.5 [13.0, 62.0]", "50.0 [0.0, 100.0] (cons@4)", "75.0 [26.0, 100.0]"):
            self.assertIn(cell, table)

    def test_export_and_import_give_the_same_run(self):
        self.data()
        aime, _ = self.answers()
        self.replay()
        files = json.loads(self.ok("run", "export", "run", "-o", "out", "--json").stdout)["files"]
        self.assertEqual({f["path"]: f["lines"] for f in files}["out/aime24.samples.jsonl"], 8)
        lines = [json.loads(x) for x in (self.dir / "out/aime24.samples.jsonl").read_text().splitlines()]
        self.assertEqual(lines, aime)
        prompt = json.loads((self.dir / "out/math500.prompts.jsonl").read_text().splitlines()[0])
        self.assertEqual(prompt["id"], "m/1")
        self.assertIn("Compute m/1.", json.dumps(prompt))
        self.ok("grade", "aime24", "out/aime24.samples.jsonl", "--data", "data/aime24.jsonl", "--run", "again",
                "--verdicts", "verdicts.jsonl")
        self.assertEqual((self.dir / "verdicts.jsonl").read_text(), (self.dir / "out/aime24.verdicts.strict.jsonl").read_text())
        scores = [json.loads(self.ok("report", r, "--bench", "aime24", "--json").stdout)["rows"][0]["cells"] for r in ("run", "again")]
        self.assertEqual(scores[0], scores[1])
        self.assertIn("is the run", self.refused(2, "run", "export", "run", "-o", "run"))
        shown = json.loads(self.ok("run", "show", "run", "--json").stdout)["benchmarks"]["aime24"]
        self.assertEqual(shown, {"items": 2, "answered_items": 2, "samples": 8, "verdicts": {"strict": 8}})

    def test_a_run_is_graded_again_from_what_it_holds(self):
        self.data()
        self.answers()
        self.replay()
        before = self.ok("report", "run", "--json").stdout
        again = json.loads(self.ok("grade", "aime24", "--run", "run", "--data", "data/aime24.jsonl", "--grader", "fuseo1", "--json").stdout)
        self.assertEqual((again["grader"], again["samples"]), ("fuseo1", 8))
        self.assertIn("no verdicts of the grader", self.refused(2, "report", "run", "--bench", "math500", "--grader", "fuseo1"))
        self.assertEqual(json.loads(before)["rows"], json.loads(self.ok("report", "run", "--json").stdout)["rows"])
        self.assertIn("SAMPLES", self.refused(2, "grade", "aime24", "--data", "data/aime24.jsonl"))
        self.refused(2, "grade", "aime24", "--run", "nowhere", "--data", "data/aime24.jsonl")
        self.assertFalse((self.dir / "nowhere").exists())

    def stored(self, run):
        """(id, sample) of every sample in the run's database; each is there once."""
        database = self.dir / run / "run.sqlite"
        if not database.exists():
            return set()
        try:
            rows = sqlite3.connect(database).execute("SELECT id, sample FROM samples").fetchall()
        except sqlite3.OperationalError:  # killed before the tables were there
            return set()
        self.assertEqual(len(rows), len(set(rows)))
        return set(rows)

    def asked(self):
        """(id, sample) of every question asked since the last call."""
        log = self.dir / "asked.jsonl"
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return {(name, int(sample)) for name, sample in (line.split("\t") for line in lines)}

    def test_killed_at_random_moments_a_run_holds_every_sample_once(self):
        golds = {i: str(i) for i in range(20)}
        (self.dir / "data").mkdir()
        write_lines(self.dir / "data/aime24.jsonl", aime_problems(golds))
        write_lines(self.dir / "script.jsonl", [{"id": str(i), "delay_ms": 4, "response": boxed(i if i % 3 else 999)} for i in golds])
        words = ["eval", "aime24", "--engine", "scripted", "--script", "script.jsonl", "--data", "data", "-n", "16", "--model", "m",
                 "--threads", "1", "--json"]
        draw, killed, stored = random.Random(20250125), 0, set()
        for _ in range(50):
            child = subprocess.Popen([str(PROGRAM), *words, "--run", "killed", "-q", "--ask-log", "asked.jsonl"], cwd=self.dir,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(draw.uniform(0.005, 0.06))
            child.send_signal(signal.SIGKILL)
            killed += child.wait() == -signal.SIGKILL
            asked = self.asked()
            self.assertFalse(stored & asked, "asked again for what is stored")
            stored = self.stored("killed")
        self.assertGreater(killed, 30)
        resumed = json.loads(self.ok(*words, "--run", "killed").stdout)["benchmarks"]
        whole = json.loads(self.ok(*words, "--run", "whole").stdout)["benchmarks"]
        self.assertEqual(resumed, whole)
        self.assertEqual(self.stored("killed"), {(str(i), s) for i in golds for s in range(16)})

    def test_grading_that_is_killed_goes_on(self):
        golds = {i: str(i) for i in range(200)}
        write_lines(self.dir / "aime24.jsonl", aime_problems(golds))
        write_lines(self.dir / "s.jsonl", [answer(i, s, boxed(i + s % 2) + " " * 500) for i in golds for s in range(20)])
        words = ["grade", "aime24", "s.jsonl", "--data", "aime24.jsonl", "--json", "--threads", "1"]
        draw = random.Random(7)
        for _ in range(8):
            child = subprocess.Popen([str(PROGRAM), *words, "--run", "killed", "-q"], cwd=self.dir, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL)
            time.sleep(draw.uniform(0.01, 0.25))
            child.kill()
            child.wait()
        self.assertEqual(self.ok(*words, "--run", "killed").stdout, self.ok(*words).stdout)
        counts = json.loads(self.ok("run", "show", "killed", "--json").stdout)["benchmarks"]["aime24"]
        self.assertEqual((counts["samples"], counts["verdicts"]), (4000, {"strict": 4000}))


class Sandboxed(Case):
    needs_models = False

    def whole(self):
        done = self.run_program("sandbox", "check", "--json")
        walls = json.loads(done.stdout)
        if not walls["whole"]:
            self.assertEqual(done.returncode, 4)
            self.skipTest("the sandbox cannot be whole on this machine: " + done.stderr)
        return walls

    def test_sandbox_check_names_every_wall_and_why(self):
        walls = self.whole()["walls"]
        self.assertGreaterEqual(len(walls), 20)
        for wall in walls:
            self.assertTrue(wall["name"] and wall["purpose"] and wall["why"], wall)
        self.assertIn("seccomp", self.ok("sandbox", "check").stdout)
        self.assertIn("ACTION", self.refused(2, "sandbox", "open"))

    def test_livecodebench_from_answers_to_the_table(self):
        self.whole()
        problems = [code_problem("abc_a", [("2\n", "4\n")], [("21\n", "42\n"), ("0\n", "0\n")]),
                    code_problem("abc_b", [("3\n", "6\n")], [("5\n", "10\n")], "hard")]
        write_lines(self.dir / "lcb.jsonl", problems)
        programs = [("abc_a", "print(2*int(input()))", "AC"), ("abc_a", "print(4)", "WA"), ("abc_a", "print(2*int(input(", "CE"),
                    ("abc_a", "raise ValueError('no')", "RE"), ("abc_b", "n=int(input())\nprint(n+n)", "AC"),
                    ("abc_b", "while True: pass", "TLE"), ("abc_b", "x=bytearray(3<<30)\nprint(6)", "MLE"),
                    ("abc_b", "print(open('/etc/passwd').read())", None)]
        samples, numbers = [], {}
        for item, code, _ in programs:
            numbers[item] = numbers.get(item, -1) + 1
            samples.append(answer(item, numbers[item], fenced(code)))
        write_lines(self.dir / "s.jsonl", samples)
        self.ok("grade", "livecodebench", "s.jsonl", "--data", "lcb.jsonl", "--run", "run", "--verdicts", "v.jsonl", "--time-limit", "1",
                "--memory-limit", "1GiB")
        verdicts = [json.loads(line) for line in (self.dir / "v.jsonl").read_text().splitlines()]
        for (_, code, wanted), got in zip(programs, verdicts):
            if wanted:
                self.assertEqual(got["verdict"], wanted, code + ": " + got["reason"])
            else:
                self.assertFalse(got["correct"])
                self.assertNotIn("root:", got["reason"])
        report = json.loads(self.ok("report", "run", "--reference", "--json").stdout)
        cells = {(c["benchmark"], c["metric"]): c["value"] for c in report["rows"][-1]["cells"]}
        self.assertEqual(cells, {("LiveCodeBench", "pass@1"): 25.0, ("LiveCodeBench-Easy", "pass@1"): 25.0,
                                 ("LiveCodeBench-Hard", "pass@1"): 25.0})
        self.assertIn("63.4", self.ok("report", "run", "--reference").stdout)

    def test_humaneval_from_eval_to_the_page(self):
        self.whole()
        problem = {"task_id": "HumanEval/900", "prompt": "def double(n):\n    \"\"\"Twice n.\"\"\"\n", "entry_point": "double",
                   "canonical_solution": "    return 2 * n\n",
                   "test": "def check(candidate):\n    assert candidate(2) == 4\n    assert candidate(-1) == -2\n"}
        write_lines(self.dir / "he.jsonl", [problem])
        write_lines(self.dir / "s.jsonl", [answer("HumanEval/900", 0, fenced("def double(n):\n    return n + n")),
                                           answer("HumanEval/900", 1, fenced("def double(n):\n    return n * n"))])
        done = self.ok("eval", "humaneval", "--engine", "replay", "--answers", "s.jsonl", "--data", "he.jsonl", "--run", "run", "--json")
        self.assertEqual(json.loads(done.stdout)["benchmarks"]["humaneval"]["pass@1"], 0.5)
        self.ok("report", "run", "-o", "page.html", "--format", "none")
        self.assertIn("HumanEval", (self.dir / "page.html").read_text())


if __name__ == "__main__":
    unittest.main()

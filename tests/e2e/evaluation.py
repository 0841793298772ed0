"""Small benchmarks and stored answers for the end-to-end tests of eval, grade, run and report."""
import base64
import html.parser
import json
import pickle
import re
import zlib


def write_lines(path, records):
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    return path


def answer(item, sample, text, reason="stop", tokens=10):
    return {"id": str(item), "sample": sample, "response": text, "finish_reason": reason, "completion_tokens": tokens}


def boxed(value):
    return "So it is \\boxed{%s}." % value


def aime_problems(golds):
    """{id: gold} to records of AIME24."""
    return [{"id": i, "problem": f"What is item {i}?", "answer": gold} for i, gold in golds.items()]


def math_problems(golds):
    return [{"problem": f"Compute {i}.", "solution": "It is \\boxed{%s}." % gold, "answer": gold, "subject": "Algebra",
             "level": 1 + n % 5, "unique_id": i} for n, (i, gold) in enumerate(golds.items())]


def code_problem(name, tests, private, difficulty="easy"):
    """A LiveCodeBench record; the private tests are packed as the data set packs them."""
    packed = base64.b64encode(zlib.compress(pickle.dumps(json.dumps(
        [{"input": i, "output": o, "testtype": "stdin"} for i, o in private])))).decode()
    return {"question_id": name, "question_title": name, "question_content": "Double the number.", "platform": "atcoder",
            "contest_id": "c", "contest_date": "2024-10-05T00:00:00", "starter_code": "", "difficulty": difficulty,
            "public_test_cases": json.dumps([{"input": i, "output": o, "testtype": "stdin"} for i, o in tests]),
            "private_test_cases": packed, "metadata": "{}"}


def fenced(code):
    return "Here it is.\n```python\n" + code + "\n```\n"


class Page(html.parser.HTMLParser):
    """What a browser would make of a page: its elements, and the deflated blocks decoded."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.text, self.scripts, self.open = [], "", [], None
        self.feed(text)
        self.close()
        blocks = {dict(a)["id"]: body for a, body in self.scripts if dict(a).get("type") == "application/octet-stream"}
        self.index = json.loads(zlib.decompress(base64.b64decode(blocks.pop("data-index"))))
        self.texts = []
        for number in range(len(blocks)):
            self.texts += json.loads(zlib.decompress(base64.b64decode(blocks[f"data-{number}"])))

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag == "script":
            self.open = (attrs, [])

    def handle_endtag(self, tag):
        if tag == "script" and self.open:
            self.scripts.append((self.open[0], "".join(self.open[1])))
            self.open = None

    def handle_data(self, data):
        if self.open:
            self.open[1].append(data)
        else:
            self.text += data

    def programs(self):
        return [body for attrs, body in self.scripts if not dict(attrs).get("type")]

    def addresses(self):
        """Everything that could make a browser ask someone for something."""
        found = [v for _, attrs in self.elements for k, v in attrs.items()
                 if k in ("src", "href", "action", "srcset", "data", "poster") and not (v or "").startswith("#")]
        style = next(body for body in re.findall(r"<style>(.*?)</style>", self.rawdata_all, re.S))
        return found + re.findall(r"url\(|@import", style)

    def feed(self, data):
        self.rawdata_all = data
        super().feed(data)

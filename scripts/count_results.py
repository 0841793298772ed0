"""count_results.py FIRST.xml [AGAIN.xml]: prints 'N passed, N failed[, N skipped]' from ctest's JUnit files. The second is
of the cases that failed in the first, run again: there they count.
"""
import sys
import xml.etree.ElementTree as ElementTree


def counts(path):
    suite = ElementTree.parse(path).getroot()
    skipped = int(suite.get("skipped", 0)) + int(suite.get("disabled", 0))
    return int(suite.get("tests")), int(suite.get("failures")), skipped


def main():
    total, failed, skipped = counts(sys.argv[1])
    if len(sys.argv) > 2:
        _, failed, _ = counts(sys.argv[2])
    line = f"{total - failed - skipped} passed, {failed} failed"
    print(line + (f", {skipped} skipped" if skipped else ""))


if __name__ == "__main__":
    main()

// Strict grading: answer pairs a second on one core. Reads pairs as lines "gold<TAB>prediction"
// from the file named first; without one, a built-in mix of the kinds that MATH500 and
// OlympiadBench golds have.
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "eval/grade/grade.h"

namespace {

// Processor time of this thread: another program's turn is not the pair's.
double ProcessorMs() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::pair<std::string, std::string>> pairs;
  if (argc > 1) {
    std::ifstream in(argv[1]);
    for (std::string line; std::getline(in, line);) {
      const std::size_t tab = line.find('\t');
      if (tab != std::string::npos) pairs.emplace_back(line.substr(0, tab), line.substr(tab + 1));
    }
  } else {
    pairs = {{"204", "204"},
             {"204", "203"},
             {"\\frac{14}{3}", "\\dfrac{14}{3}"},
             {"\\frac{14}{3}", "4.67"},
             {"2\\sqrt{13}", "\\sqrt{52}"},
             {"\\frac{\\pi}{2}", "\\frac{\\pi}{3}"},
             {"6r^2-4r-24", "2(3r^2-2r-12)"},
             {"n(n+1)", "n^2+n"},
             {"(3, \\frac{\\pi}{2})", "\\left(3,\\frac{\\pi}{2}\\right)"},
             {"(-\\infty,2)\\cup(3,\\infty)", "x<2 \\text{ or } x>3"},
             {"1,2,3", "3, 2, 1"},
             {"y=2x+3", "2x-y+3=0"},
             {"\\begin{pmatrix}1\\\\2\\end{pmatrix}", "(1,2)"},
             {"\\text{even}", "odd"},
             {"30^\\circ", "30"},
             {"\\$32,\\!348", "32348"},
             {"4210_{5}", "4210_5"},
             {"1\\pm\\sqrt{19}", "1+\\sqrt{19},1-\\sqrt{19}"}};
  }
  using Clock = std::chrono::steady_clock;
  std::size_t graded = 0;
  std::size_t equal = 0;
  double slowest_ms = 0;
  const auto start = Clock::now();
  double seconds = 0;
  while (seconds < 2.0 && !pairs.empty()) {
    for (const auto& [gold, prediction] : pairs) {
      const double before = ProcessorMs();
      equal += fuseo1::GradeStrict(gold, prediction).equal ? 1 : 0;
      const double ms = ProcessorMs() - before;
      slowest_ms = ms > slowest_ms ? ms : slowest_ms;
      ++graded;
    }
    seconds = std::chrono::duration<double>(Clock::now() - start).count();
  }
  std::printf("%zu pairs (%zu equal) in %.2f s: %.0f pairs/s on one core, slowest %.2f ms\n",
              graded, equal, seconds, static_cast<double>(graded) / seconds, slowest_ms);
  return graded == 0 ? 2 : 0;
}

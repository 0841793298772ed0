// What the program arranges with the system before it does anything: standard streams that exist,
// signals that end it in an orderly way, and words instead of a core dump where memory runs out.
#pragma once

#include <atomic>

namespace fuseo1 {

// Once, first thing in main. Descriptors 0 to 2 that are closed become /dev/null; SIGPIPE and
// SIGXFSZ are errors of the call that met them; INT, TERM and HUP end the program with exit code 6
// at once, unless a StopScope is open. (HUP stays ignored where the caller ignored it, as nohup
// does.)
void PrepareProcess();

// While one is open, the first INT, TERM or HUP only sets `stop`: the work ends itself. The second
// signal, or 1.8 seconds without an end, ends the program with exit code 6: whatever is on disk
// then is what a crash may leave, and the same command goes on from it. Main thread; not nested.
class StopScope {
 public:
  StopScope();
  ~StopScope();
  StopScope(const StopScope&) = delete;
  StopScope& operator=(const StopScope&) = delete;

  const std::atomic<bool>* stop() const;
};

}  // namespace fuseo1

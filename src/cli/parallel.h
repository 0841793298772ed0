// Runs a numbered list of independent jobs on several threads. The caller's thread works too, so
// that it goes on where the system gives no more threads.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>

#include "base/result.h"

namespace fuseo1 {

// The processors that this process may use, at least 1.
int DefaultThreads();

// Calls job(index, worker) for every index below `count`, worker below `threads`. After an error no
// new job starts; the error of the lowest index that failed is returned. `stop` set: kInterrupted.
Status RunParallel(int threads, std::size_t count, const std::atomic<bool>* stop,
                   const std::function<Status(std::size_t index, int worker)>& job);

}  // namespace fuseo1

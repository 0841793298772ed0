// The system call filter: what an untrusted program may not ask of the kernel. Any thread.
#pragma once

#include <string>

#include "base/result.h"

namespace fuseo1 {

// The filter as a BPF program for the machine's own instruction set, in the form that `bwrap
// --seccomp` reads. Denied calls fail with EPERM (clone3 with ENOSYS, so that the C library falls
// back to clone, whose flags a filter can see); calls of a foreign ABI kill the process. kSystem
// where libseccomp fails.
Result<std::string> BuildSyscallFilter();

}  // namespace fuseo1

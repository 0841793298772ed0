// Starts the chain stage → bubblewrap → stage → interpreter with the driver. Any thread.
#pragma once

#include <sys/types.h>

#include "base/result.h"
#include "sandbox/cgroup.h"
#include "sandbox/descriptor.h"
#include "sandbox/policy.h"

namespace fuseo1 {

// The user that programs run as when we are root; owns nothing on any machine.
inline constexpr uid_t kSandboxUid = 60123;

// Whether the outer stage leaves root for kSandboxUid.
bool LeavesRoot(const SandboxPolicy& policy);

// The process's id. `starter` is the Python text that the interpreter runs, `control` its
// descriptor 3, `errors` its stderr, where a failing step says why.
Result<pid_t> LaunchSandbox(const SandboxPolicy& policy, const std::string& starter,
                            const Cgroup* cgroup, const Descriptor& control,
                            const Descriptor& errors);

}  // namespace fuseo1

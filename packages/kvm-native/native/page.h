#pragma once

#include <cstdint>

// The page of x86, and of the hosts that KVM runs on.
constexpr uint64_t kPageSize = 4096;

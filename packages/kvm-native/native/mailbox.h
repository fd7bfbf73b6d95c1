#pragma once

#include <linux/kvm.h>

#include <cstddef>
#include <cstdint>

// What `run` and its JavaScript caller say to each other, in memory that JavaScript reads without a call and without an
// allocation: a copy of kvm_run, and of the data of its I/O. src/ioctls/kvm-vcpu.ts and src/structures/kvm-run.ts are the
// other side. JavaScript gets no view of the kvm_run page itself: such a view would outlive the mapping, and not every
// build of Node-API allows one.
struct Mailbox {
  static constexpr size_t kDataSize = 4096;
  static constexpr size_t kSize = 8192;

  uint8_t run[4088];
  int32_t coalesced;        // whether writes wait in the ring, as of the last exit
  int32_t kick;             // JavaScript's: run is to return at the next instruction boundary
  uint8_t data[kDataSize];  // the elements of a port access
};

static_assert(sizeof(kvm_run) <= sizeof(Mailbox::run), "the copy must end before the rest");
static_assert(offsetof(Mailbox, coalesced) == 4088 && offsetof(Mailbox, kick) == 4092 && offsetof(Mailbox, data) == 4096 && sizeof(Mailbox) == Mailbox::kSize,
              "src/native/addon.ts says so");

#pragma once

#include <cstddef>
#include <cstdint>

// What `run` and its JavaScript caller say to each other: a few fields of the kvm_run page, copied into memory that
// JavaScript reads without a call and without an allocation. src/vcpu/mailbox.ts is the other side.
// JavaScript gets no view of the kvm_run page itself: such a view would outlive the mapping, and not every build of
// Node-API allows one.
struct Mailbox {
  // JavaScript's part.
  int32_t kick;              // 0   run is to return at the next instruction boundary
  int32_t interrupt_window;  // 4   an interrupt waits to be injected
  // The exit's part.
  uint32_t size;           // 8   io: bytes an element; mmio: bytes
  uint32_t count;          // 12  io: elements
  uint32_t is_write;       // 16  io, mmio
  uint32_t if_flag;        // 20  RFLAGS.IF
  int32_t msr_error;       // 24  JavaScript's answer to rdmsr and wrmsr: not 0 raises #GP
  uint32_t code;           // 28  port, MSR index, suberror, type of a system event
  uint64_t address;        // 32  mmio
  uint64_t data;           // 40  the value written, or JavaScript's answer: one element, MMIO, or an MSR
  uint32_t detail_count;   // 48
  uint32_t interrupt_ready;  // 52  whether KVM would take an external interrupt now
  uint64_t details[32];    // 56  what else the exit says, as `CopyDetails` orders it
  // The elements of a string instruction, a page of its own.
  static constexpr size_t kBlockOffset = 4096;
  static constexpr size_t kBlockSize = 4096;
  static constexpr size_t kSize = kBlockOffset + kBlockSize;

  uint8_t* block() { return reinterpret_cast<uint8_t*>(this) + kBlockOffset; }
};

static_assert(offsetof(Mailbox, data) == 40 && offsetof(Mailbox, details) == 56, "src/vcpu/mailbox.ts says so");
static_assert(sizeof(Mailbox) <= Mailbox::kBlockOffset, "the header must end before the block");

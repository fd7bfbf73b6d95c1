// The copy of kvm_run that JavaScript sees.

#include <linux/kvm.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "run.h"

namespace {

// Whether a guest's registers cross with the exits, and which (Documentation/virt/kvm/api.rst, 6.74).
constexpr size_t kSyncOffset = offsetof(kvm_run, kvm_valid_regs);
constexpr size_t kRegsOffset = offsetof(kvm_run, s.regs);
constexpr size_t kUnionOffset = offsetof(kvm_run, hw);
static_assert(kUnionOffset == 32 && kSyncOffset == 288 && kRegsOffset == 304, "src/structures/kvm-run.ts says so");

// Copies the part of kvm_run that differs from exit to exit: as much as counts, because this is done twice an exit.
void CopyExit(uint8_t* to, const uint8_t* from, uint32_t exit_reason) {
  switch (exit_reason) {
    case KVM_EXIT_IO:
      std::memcpy(to + kUnionOffset, from + kUnionOffset, sizeof(kvm_run::io));
      break;
    case KVM_EXIT_MMIO:
      std::memcpy(to + kUnionOffset, from + kUnionOffset, sizeof(kvm_run::mmio));
      break;
    default:
      std::memcpy(to + kUnionOffset, from + kUnionOffset, kSyncOffset - kUnionOffset);
  }
}

}  // namespace

// Answers and wishes, to the kernel. `immediate_exit` is not among them, which the timer writes.
void VcpuState::PutCopy() {
  const uint8_t* const copy = mailbox_->run;
  auto* const run = reinterpret_cast<uint8_t*>(run_);
  run_->request_interrupt_window = copy[0];
  std::memcpy(&run_->cr8, copy + offsetof(kvm_run, cr8), sizeof(run_->cr8));
  CopyExit(run, copy, run_->exit_reason);
  std::memcpy(run + kSyncOffset, copy + kSyncOffset, kRegsOffset - kSyncOffset);
  if (run_->kvm_dirty_regs != 0) std::memcpy(run + kRegsOffset, copy + kRegsOffset, sizeof(kvm_sync_regs));
  // What was last asked for, and where: both were checked then.
  if (reading_) std::memcpy(run + io_offset_, mailbox_->data, io_bytes_);
  reading_ = false;
}

int VcpuState::TakeCopy(int result) {
  uint8_t* const copy = mailbox_->run;
  const auto* const run = reinterpret_cast<const uint8_t*>(run_);
  if (result >= 0) run_->exit_reason = static_cast<uint32_t>(result);
  const uint8_t immediate_exit = copy[offsetof(kvm_run, immediate_exit)];
  std::memcpy(copy, run, kUnionOffset);
  copy[offsetof(kvm_run, immediate_exit)] = immediate_exit;
  CopyExit(copy, run, run_->exit_reason);
  std::memcpy(copy + kSyncOffset, run + kSyncOffset, kRegsOffset - kSyncOffset);
  if (run_->kvm_valid_regs != 0) std::memcpy(copy + kRegsOffset, run + kRegsOffset, sizeof(kvm_sync_regs));
  mailbox_->coalesced = HasCoalesced() ? 1 : 0;
  if (result != KVM_EXIT_IO) return result;
  if (!CheckIo()) return -EPROTO;
  std::memcpy(mailbox_->data, run + io_offset_, io_bytes_);
  reading_ = run_->io.direction == KVM_EXIT_IO_IN;
  return result;
}

// What the kernel promises; without it the copies would leave the page.
bool VcpuState::CheckIo() {
  const auto& io = run_->io;
  io_bytes_ = size_t{io.size} * io.count;
  io_offset_ = io.data_offset;
  return io_bytes_ <= Mailbox::kDataSize && io_offset_ <= vm_->vcpu_mmap_size &&
         io_bytes_ <= vm_->vcpu_mmap_size - io_offset_;
}

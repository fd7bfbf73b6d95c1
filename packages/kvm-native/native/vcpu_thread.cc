#include "vcpu_thread.h"

#include <linux/kvm.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include "budget_timer.h"
#include "run.h"

namespace {

// KVM_RUN and little else happens there. A build with sanitizers needs some more than that.
constexpr size_t kStackSize = 512 * 1024;
// KVM looks up after 1024 rounds of a repeated instruction at the latest.
constexpr int kMostQuestions = 2048;
// To be woken takes a thread longer than most answers take, so that it first looks again and again for a while.
constexpr int64_t kSpin = 20'000;

// Returns whether `counter` changes within `nanoseconds`. Without the mutex.
bool Spin(const std::atomic<uint32_t>& counter, uint32_t seen, int64_t nanoseconds) {
  // With one processor it would wait for itself.
  static const bool alone = ::sysconf(_SC_NPROCESSORS_ONLN) < 2;
  if (alone) return false;
  const int64_t end = BudgetTimer::Now() + nanoseconds;
  do {
    for (int i = 0; i < 32; i++) {
      if (counter.load(std::memory_order_acquire) != seen) return true;
      __builtin_ia32_pause();
    }
  } while (BudgetTimer::Now() < end);
  return false;
}

}  // namespace

void Crew::Resume() {
  const std::lock_guard<std::mutex> lock(mutex_);
  going_ = true;
  for (VcpuThread* member : members_) {
    if (member != nullptr && member->MayRun()) member->Wake();
  }
}

void Crew::Pause() {
  std::unique_lock<std::mutex> lock(mutex_);
  going_ = false;
  listening_ = false;
  for (VcpuThread* member : members_) {
    if (member != nullptr) member->Kick();
  }
  for (VcpuThread* member : members_) {
    if (member != nullptr) changed_.wait(lock, [member] { return !member->running_; });
  }
}

int Crew::Wait(int64_t nanoseconds) {
  std::unique_lock<std::mutex> lock(mutex_);
  listening_ = false;
  int found = -1;
  const auto asks = [this, &found] {
    for (size_t i = 0; i < members_.size(); i++) {
      const size_t index = (next_ + i) % members_.size();
      if (members_[index] == nullptr || !members_[index]->asking_) continue;
      found = static_cast<int>(index);
      return true;
    }
    return false;
  };
  if (!asks()) {
    const uint32_t seen = questions_;
    lock.unlock();
    const int64_t spin = std::min(nanoseconds, kSpin);
    Spin(questions_, seen, spin);
    lock.lock();
    if (!asks()) changed_.wait_for(lock, std::chrono::nanoseconds(nanoseconds - spin), asks);
  }
  if (found < 0) {
    listening_ = true;
    return found;
  }
  VcpuThread& member = *members_[static_cast<size_t>(found)];
  member.asking_ = false;
  member.taken_ = true;
  next_ = static_cast<size_t>(found) + 1;
  return found;
}

int Crew::Code(size_t index) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const VcpuThread* member = Member(index);
  return member == nullptr ? 0 : member->code_;
}

void Crew::Proceed(size_t index) {
  const std::lock_guard<std::mutex> lock(mutex_);
  VcpuThread* member = Member(index);
  if (member == nullptr) return;
  member->taken_ = false;
  if (std::exchange(member->again_, false)) {
    member->asking_ = true;
    Asked();
  }
  if (member->MayRun()) member->Wake();
}

void Crew::Hold(size_t index) {
  std::unique_lock<std::mutex> lock(mutex_);
  VcpuThread* member = Member(index);
  if (member == nullptr) return;
  member->holds_++;
  member->Kick();
  changed_.wait(lock, [member] { return !member->running_; });
}

void Crew::Release(size_t index) {
  const std::lock_guard<std::mutex> lock(mutex_);
  VcpuThread* member = Member(index);
  if (member == nullptr || member->holds_ == 0) return;
  member->holds_--;
  if (member->MayRun()) member->Wake();
}

void Crew::Complete(size_t index) {
  std::unique_lock<std::mutex> lock(mutex_);
  VcpuThread* member = Member(index);
  if (member == nullptr || member->holds_ == 0 || member->asking_ || member->again_) return;
  member->Complete(lock, false);
}

void Crew::Discard(size_t index) {
  std::unique_lock<std::mutex> lock(mutex_);
  VcpuThread* member = Member(index);
  if (member == nullptr || member->holds_ == 0) return;
  member->Complete(lock, true);
  member->asking_ = member->taken_ = member->again_ = false;
}

void Crew::Mute() {
  const std::lock_guard<std::mutex> lock(mutex_);
  listener_ = nullptr;
}

size_t Crew::Join(VcpuThread* member) {
  const std::lock_guard<std::mutex> lock(mutex_);
  members_.push_back(member);
  return members_.size() - 1;
}

void Crew::Leave(const VcpuThread* member) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (VcpuThread*& other : members_) {
    if (other == member) other = nullptr;
  }
}

void Crew::Asked() {
  questions_++;
  if (!std::exchange(listening_, false)) return;
  if (listener_) listener_();
}

VcpuThread::VcpuThread(std::shared_ptr<Crew> crew, VcpuState& state, int& error)
    : crew_(std::move(crew)), state_(state) {
  // Before the first guest could have to be kicked.
  error = BudgetTimer::SignalNumber() < 0 ? -BudgetTimer::SignalNumber() : 0;
  if (error != 0) return;
  index_ = crew_->Join(this);
  // The new thread begins with the mask of this one. No signal of the process may find it.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstacksize(&attributes, kStackSize);
  error = ::pthread_create(&thread_, &attributes, Main, this);
  ::pthread_attr_destroy(&attributes);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  started_ = error == 0;
}

VcpuThread::~VcpuThread() {
  if (started_) {
    {
      const std::lock_guard<std::mutex> lock(crew_->mutex_);
      quit_ = true;
      Kick();
      Wake();
    }
    ::pthread_join(thread_, nullptr);
  }
  crew_->Leave(this);
}

bool VcpuThread::InGuest() const {
  const std::lock_guard<std::mutex> lock(crew_->mutex_);
  return running_ || MayRun();
}

void* VcpuThread::Main(void* self) {
  auto* thread = static_cast<VcpuThread*>(self);
  // The kernel takes 15 characters.
  char name[16];
  std::snprintf(name, sizeof name, "picovm-vcpu%u", static_cast<unsigned>(thread->index_ & 0xfff));
  ::pthread_setname_np(::pthread_self(), name);
  sigset_t kick;
  ::sigemptyset(&kick);
  ::sigaddset(&kick, BudgetTimer::SignalNumber());
  ::pthread_sigmask(SIG_UNBLOCK, &kick, nullptr);
  thread->Loop();
  return nullptr;
}

void VcpuThread::Loop() {
  std::unique_lock<std::mutex> lock(crew_->mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return quit_ || completing_ || MayRun(); });
    if (quit_) return;
    Enter(lock);
    crew_->changed_.notify_one();
    if (!asking_) continue;
    const uint32_t seen = wakes_;
    lock.unlock();
    Spin(wakes_, seen, kSpin);
    lock.lock();
  }
}

void VcpuThread::Enter(std::unique_lock<std::mutex>& lock) {
  running_ = true;
  leave_ = completing_;
  int tries = discarding_ ? kMostQuestions : 1;
  lock.unlock();
  int code;
  do code = state_.RunInThread(leave_);
  while (--tries > 0 && code >= 0 && code != KVM_EXIT_INTR);
  lock.lock();
  running_ = false;
  completing_ = discarding_ = false;
  if (code == KVM_EXIT_INTR) return;
  code_ = code;
  if (taken_) {
    again_ = true;
    return;
  }
  asking_ = true;
  crew_->Asked();
}

void VcpuThread::Complete(std::unique_lock<std::mutex>& lock, bool discard) {
  completing_ = true;
  discarding_ = discard;
  Wake();
  crew_->changed_.wait(lock, [this] { return !completing_; });
}

void VcpuThread::Wake() {
  wakes_++;
  wake_.notify_one();
}

void VcpuThread::Kick() {
  if (!running_) return;
  leave_ = true;
  state_.LeaveGuest();
  ::pthread_kill(thread_, BudgetTimer::SignalNumber());
}

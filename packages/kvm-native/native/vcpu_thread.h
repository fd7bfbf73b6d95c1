#pragma once

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

class VcpuState;
class VcpuThread;

// The vCPUs of one VM that run in threads of their own, and what these and the thread of the VM say to each other. All
// of the VM's side is called from its thread.
class Crew {
 public:
  explicit Crew(std::function<void()> listener) : listener_(std::move(listener)) {}
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // Lets all vCPUs run that do not wait for an answer and are not held.
  void Resume();
  // Returns when none of them is in KVM_RUN any more.
  void Pause();
  // Waits until a vCPU asks something, at most for `nanoseconds`. Returns its number, and -1 if none did: the listener is
  // then called, once, when one does.
  int Wait(int64_t nanoseconds);
  // What the vCPU left the guest for: as VcpuState::RunInThread says. 0 if there is no such vCPU.
  int Code(size_t index);
  // It has its answer.
  void Proceed(size_t index);
  // It is not in KVM_RUN when Hold returns, and does not go there before Release: they may be nested.
  void Hold(size_t index);
  void Release(size_t index);
  // Lets a vCPU that is held complete the instruction that its last exit interrupted, if the answer is there. It does so
  // in its own thread, because older kernels make a vCPU that changes threads wait long. What the instruction still asks
  // is asked as every other exit.
  void Complete(size_t index);
  // The same, whatever it asks: nobody answers.
  void Discard(size_t index);
  // Nobody listens any more.
  void Mute();

 private:
  friend class VcpuThread;

  size_t Join(VcpuThread* member);
  void Leave(const VcpuThread* member);
  VcpuThread* Member(size_t index) const { return index < members_.size() ? members_[index] : nullptr; }
  // With the mutex held: a vCPU asks.
  void Asked();

  std::mutex mutex_;
  // Counts up with every question, to be looked at without the mutex.
  std::atomic<uint32_t> questions_{0};
  // What the thread of the VM waits for.
  std::condition_variable changed_;
  // Null where a vCPU was closed.
  std::vector<VcpuThread*> members_;
  std::function<void()> listener_;
  bool going_ = false;
  bool listening_ = false;
  // Whom Wait looks at first: the one behind the last that was answered, so that none waits for ever.
  size_t next_ = 0;
};

// The thread of one vCPU. It blocks all signals but the one that takes it out of KVM_RUN.
class VcpuThread {
 public:
  // Starts it; the guest is entered after Crew::Resume. `error` receives 0 or an errno.
  VcpuThread(std::shared_ptr<Crew> crew, VcpuState& state, int& error);
  ~VcpuThread();
  VcpuThread(const VcpuThread&) = delete;
  VcpuThread& operator=(const VcpuThread&) = delete;

  size_t index() const { return index_; }
  // Whether it is in its guest, or about to be. KVM would let other calls wait until it leaves, which may be never.
  bool InGuest() const;

 private:
  friend class Crew;

  static void* Main(void* self);
  void Loop();
  bool MayRun() const { return crew_->going_ && holds_ == 0 && !asking_ && !taken_; }
  // With the mutex held: it may have become true that it may run.
  void Wake();
  // With the mutex held: out of KVM_RUN, or not into it.
  void Kick();
  // With the mutex held, by the thread itself: enters the guest, or completes an instruction.
  void Enter(std::unique_lock<std::mutex>& lock);
  // With the mutex held, by the thread of the VM.
  void Complete(std::unique_lock<std::mutex>& lock, bool discard);

  const std::shared_ptr<Crew> crew_;
  VcpuState& state_;
  pthread_t thread_{};
  bool started_ = false;
  size_t index_ = 0;
  // Read while the guest runs.
  std::atomic<bool> leave_{false};
  // Counts up with every Wake, to be looked at without the mutex. Everything below is the mutex's.
  std::atomic<uint32_t> wakes_{0};
  std::condition_variable wake_;
  bool running_ = false;
  bool quit_ = false;
  // There is an exit that the thread of the VM has not seen yet, or has seen and not answered.
  bool asking_ = false;
  bool taken_ = false;
  // It was completed while its exit was taken, and asks more.
  bool again_ = false;
  bool completing_ = false;
  bool discarding_ = false;
  int holds_ = 0;
  int code_ = 0;
};

/*
 * Executes single instructions on the processor of this machine, in 32- and 16-bit code segments. The standard input begins
 * with DESCRIPTORS descriptors (struct user_desc); then each `struct in` is a case: the state before, and the code. Each
 * `struct out` on the standard output is the state after, and how it ended. The data pages are 0 outside of the window.
 *
 * The code ends in a far jump to the stub below, or in INT3, as all the code pages do: faults, traps and INT3 end a case as
 * signals. There is no libc, because the instructions may load FS, and the program is position-independent, so that below
 * 4 GiB there is nothing but the pages of the test. Needs x86-64 and Linux.
 */
#include <asm/ldt.h>
#include <asm/sigcontext.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <asm/ucontext.h>
#include <asm/unistd.h>
#include <linux/mman.h>
#include <stdint.h>

#define BASE 0x10000000u
#define CODE (BASE + 0x1000) /* two pages that can be read and executed */
#define DATA (BASE + 0x4000) /* two pages that can be read and written */
#define WINDOW (DATA + 0xe00)
#define PAGES 0x2000
#define STUB 0x1ffe0000u /* a page of code, a page of data */
#define CODE_BYTES 32
#define FX_BYTES 512
#define WINDOW_BYTES 1024
#define DESCRIPTORS 16
#define USER32_CS 0x23
#define USER_DS 0x2b
#define USER64_CS 0x33
#define BATCH 64

struct selectors {
  uint16_t es, cs, ss, ds, fs, gs;
};

struct in {
  uint8_t code[CODE_BYTES];
  uint32_t code_at; /* linear */
  uint32_t eip, eflags, gpr[8];
  struct selectors selectors;
  uint32_t unused[2];
  uint8_t fx[FX_BYTES]; /* as FXRSTOR takes it */
  uint8_t window[WINDOW_BYTES];
};

struct out {
  uint32_t signal; /* 0: the far jump to the stub was executed, and EIP is not told */
  uint32_t trap, error, cr2, eip, eflags, gpr[8];
  struct selectors selectors;
  uint32_t beside; /* the sum of the words that were written beside the window */
  uint32_t unused[2];
  uint8_t fx[FX_BYTES]; /* as FXSAVE gives it */
  uint8_t window[WINDOW_BYTES];
};

/* The data page of the stub. The assembly below knows the offsets. */
struct shared {
  uint64_t gpr[8];
  uint64_t eflags, host_rsp, resume;
  struct selectors selectors;
  uint32_t eip;
  uint16_t cs, unused[11];
  uint8_t fx[FX_BYTES];
};

#define SHARED ((struct shared *)(uintptr_t)(STUB + 0x1000))

/* `stub` is copied to STUB, and finds its data 4 KiB behind. At 0x100 is 32-bit code. */
__asm__(
    ".set shared, stub + 0x1000\n"
    "stub:\n"
    "  mov %rax, shared(%rip)\n"
    "  mov %rcx, shared+8(%rip)\n"
    "  mov %rdx, shared+16(%rip)\n"
    "  mov %rbx, shared+24(%rip)\n"
    "  mov %rsp, shared+32(%rip)\n"
    "  mov %rbp, shared+40(%rip)\n"
    "  mov %rsi, shared+48(%rip)\n"
    "  mov %rdi, shared+56(%rip)\n"
    "  mov shared+72(%rip), %rsp\n"
    "  pushfq\n"
    "  popq shared+64(%rip)\n"
    "  mov %es, shared+88(%rip)\n"
    "  mov %cs, shared+90(%rip)\n"
    "  mov %ss, shared+92(%rip)\n"
    "  mov %ds, shared+94(%rip)\n"
    "  mov %fs, shared+96(%rip)\n"
    "  mov %gs, shared+98(%rip)\n"
    "  fxsave shared+128(%rip)\n"
    "  jmp *shared+80(%rip)\n"
    /* IRETQ from 64-bit code would not load the whole of ESP for a 16-bit stack: mov ss, [shared+92]; jmp far [shared+100] */
    ".org stub + 0x100, 0xcc\n"
    "  .byte 0x2e, 0x8e, 0x15\n  .long 0x1ffe105c\n"
    "  .byte 0x2e, 0xff, 0x2d\n  .long 0x1ffe1064\n"
    "stub_end:\n"

    /* void enter(const struct in *in, uint64_t eip, uint64_t cs): comes back when the case is over */
    "enter:\n"
    "  push %rbx\n  push %rbp\n  push %r12\n  push %r13\n  push %r14\n  push %r15\n"
    "  mov $0x1ffe1000, %eax\n"
    "  mov %rsp, 72(%rax)\n"
    "  lea 1f(%rip), %rcx\n"
    "  mov %rcx, 80(%rax)\n"
    "  fxrstor 96(%rdi)\n"
    "  mov 76(%rdi), %es\n"
    "  mov 82(%rdi), %ds\n"
    "  mov 84(%rdi), %fs\n"
    "  mov 86(%rdi), %gs\n"
    "  mov 60(%rdi), %ecx\n" /* ESP */
    "  mov 40(%rdi), %r8d\n" /* EFLAGS */
    "  push $0x2b\n  push %rcx\n  push %r8\n  push %rdx\n  push %rsi\n"
    "  mov 44(%rdi), %eax\n"
    "  mov 48(%rdi), %ecx\n"
    "  mov 52(%rdi), %edx\n"
    "  mov 56(%rdi), %ebx\n"
    "  mov 64(%rdi), %ebp\n"
    "  mov 68(%rdi), %esi\n"
    "  mov 72(%rdi), %edi\n"
    "  iretq\n"
    "resume:\n"
    "1:\n"
    "  mov $0x2b, %eax\n"
    "  mov %eax, %ss\n  mov %eax, %ds\n  mov %eax, %es\n"
    "  push $2\n  popfq\n"
    "  pop %r15\n  pop %r14\n  pop %r13\n  pop %r12\n  pop %rbp\n  pop %rbx\n"
    "  ret\n"

    ".globl _start\n"
    "_start:\n"
    "  and $-16, %rsp\n"
    "  call run\n"

    "restorer:\n"
    "  mov $15, %eax\n"
    "  syscall\n");

void enter(const struct in *in, uint64_t eip, uint64_t cs);
extern const uint8_t stub[], stub_end[], restorer[];

static struct in cases[BATCH] __attribute__((aligned(16)));
static struct out answers[BATCH];
static struct out *answer;
static uint8_t signal_stack[65536];

static long call(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

/* Ends the program, unless all is well. */
static void check(int fine, const char *what) {
  long length = 0;
  if (fine) return;
  while (what[length] != 0) length++;
  call(__NR_write, 2, (long)what, length, 0, 0, 0);
  call(__NR_exit_group, 2, 0, 0, 0, 0, 0);
}

static void copy(void *to, const void *from, long count) {
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
}

static void fill(void *to, int value, long count) {
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(count) : "a"(value) : "memory");
}

/* Reads up to `count` bytes. Returns fewer at the end of the input. */
static long read_all(void *to, long count) {
  long have = 0;
  while (have < count) {
    long got = call(__NR_read, 0, (long)to + have, count - have, 0, 0, 0);
    check(got >= 0, "cannot read\n");
    if (got == 0) break;
    have += got;
  }
  return have;
}

static void write_all(const void *from, long count) {
  long done = 0;
  while (done < count) {
    long put = call(__NR_write, 1, (long)from + done, count - done, 0, 0, 0);
    check(put > 0, "cannot write\n");
    done += put;
  }
}

static void on_signal(int number, siginfo_t *info, void *context) {
  const struct sigcontext *c = (const struct sigcontext *)&((struct ucontext *)context)->uc_mcontext;
  struct out *out = answer;
  /* AC, which the kernel leaves set. */
  __asm__ volatile("pushfq; andl $0xfffbffff, (%%rsp); popfq" : : : "memory", "cc");
  (void)info;
  out->signal = number;
  out->trap = c->trapno;
  out->error = c->err;
  out->cr2 = c->cr2;
  out->eip = c->rip;
  out->eflags = c->eflags;
  const uint64_t gpr[] = {c->rax, c->rcx, c->rdx, c->rbx, c->rsp, c->rbp, c->rsi, c->rdi};
  for (int i = 0; i < 8; i++) out->gpr[i] = gpr[i];
  out->selectors.cs = c->cs;
  out->selectors.ss = c->ss;
  __asm__ volatile("mov %%es, %0" : "=m"(out->selectors.es));
  __asm__ volatile("mov %%ds, %0" : "=m"(out->selectors.ds));
  __asm__ volatile("mov %%fs, %0" : "=m"(out->selectors.fs));
  __asm__ volatile("mov %%gs, %0" : "=m"(out->selectors.gs));
  copy(out->fx, c->fpstate, FX_BYTES);
  __asm__ volatile("mov %0, %%rsp; jmp *%1" : : "r"(SHARED->host_rsp), "r"(SHARED->resume) : "memory");
}

static void *map(uint32_t at, long bytes, int rights, int flags, int file) {
  long got = call(__NR_mmap, at, bytes, rights, flags | (at != 0 ? MAP_FIXED_NOREPLACE : 0), file, 0);
  check(got > 0, "cannot map the pages of the test\n");
  check(at == 0 || got == (long)at, "the pages of the test are taken\n");
  return (void *)got;
}

/* Puts the pages where they belong. Returns where the code can be written. */
static uint8_t *map_pages(void) {
  long file = call(__NR_memfd_create, (long)"code", 0, 0, 0, 0, 0);
  check(file >= 0 && call(__NR_ftruncate, file, PAGES, 0, 0, 0, 0) == 0, "cannot make the code pages\n");
  uint8_t *code = map(0, PAGES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file);
  fill(code, 0xcc, PAGES);
  map(CODE, PAGES, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_POPULATE, file);
  map(DATA, PAGES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1);
  uint8_t *at = map(STUB, PAGES, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1);
  copy(at, stub, stub_end - stub);
  return code;
}

static void set_up_segments(void) {
  uint16_t cs;
  struct user_desc descriptor;
  __asm__("mov %%cs, %0" : "=r"(cs));
  check(cs == USER64_CS, "the selectors of this system are others\n");
  for (int n = 0; n < DESCRIPTORS; n++) {
    check(read_all(&descriptor, sizeof descriptor) == sizeof descriptor, "no descriptors\n");
    check(call(__NR_modify_ldt, 0x11, (long)&descriptor, sizeof descriptor, 0, 0, 0) == 0, "no LDT\n");
  }
}

static void set_up_signals(void) {
  /* What the kernel calls struct sigaction: handler, flags, restorer, mask. */
  const uint64_t action[4] = {(uint64_t)on_signal, SA_SIGINFO | SA_ONSTACK | SA_NODEFER | 0x04000000, (uint64_t)restorer, 0};
  const int numbers[] = {SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGBUS};
  const stack_t stack = {signal_stack, 0, sizeof signal_stack};
  check(call(__NR_sigaltstack, (long)&stack, 0, 0, 0, 0, 0) == 0, "no stack for signals\n");
  for (int i = 0; i < 5; i++)
    check(call(__NR_rt_sigaction, numbers[i], (long)action, 0, 8, 0, 0) == 0, "no signals\n");
}

/* Adds the words of memory, and clears them. */
static uint32_t clear(uint32_t from, uint32_t to) {
  uint32_t sum = 0;
  uint64_t any = 0;
  for (uint64_t *at = (uint64_t *)(uintptr_t)from; at < (uint64_t *)(uintptr_t)to; at++) any |= *at;
  if (any == 0) return 0;
  for (uint32_t *at = (uint32_t *)(uintptr_t)from; at < (uint32_t *)(uintptr_t)to; at++) {
    sum += *at;
    *at = 0;
  }
  return sum;
}

static void run_case(const struct in *in, uint8_t *code) {
  struct shared *shared = SHARED;
  struct out *out = answer;
  uint8_t *at = code + (in->code_at - CODE);
  check(in->code_at - CODE <= PAGES - CODE_BYTES, "code outside of its pages\n");
  copy(at, in->code, CODE_BYTES);
  copy((void *)(uintptr_t)WINDOW, in->window, WINDOW_BYTES);
  out->signal = 0;
  shared->selectors = in->selectors;
  shared->eip = in->eip;
  shared->cs = in->selectors.cs;
  if (in->selectors.ss == USER_DS) enter(in, in->eip, in->selectors.cs);
  else enter(in, STUB + 0x100, USER32_CS);
  copy(out->window, (void *)(uintptr_t)WINDOW, WINDOW_BYTES);
  out->beside = clear(DATA, WINDOW) + clear(WINDOW + WINDOW_BYTES, DATA + PAGES);
  fill(at, 0xcc, CODE_BYTES);
  if (out->signal != 0) return;
  out->trap = out->error = out->cr2 = out->eip = 0;
  out->eflags = shared->eflags;
  for (int i = 0; i < 8; i++) out->gpr[i] = shared->gpr[i];
  out->selectors = shared->selectors;
  out->selectors.cs = in->selectors.cs;
  copy(out->fx, shared->fx, FX_BYTES);
}

__attribute__((used)) static void run(void) {
  uint8_t *code = map_pages();
  set_up_segments();
  set_up_signals();
  for (;;) {
    long count = read_all(cases, sizeof cases) / sizeof *cases;
    for (int n = 0; n < count; n++) {
      answer = &answers[n];
      run_case(&cases[n], code);
    }
    write_all(answers, count * sizeof *answers);
    if (count < BATCH) break;
  }
  call(__NR_exit_group, 0, 0, 0, 0, 0, 0);
}

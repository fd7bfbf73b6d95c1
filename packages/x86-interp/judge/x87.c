/*
 * Runs x87 instructions on the processor of this machine. Each case on the standard input is a `struct in`, each answer on
 * the standard output a `struct out`: the state is loaded by FRSTOR, one instruction is executed, FNSAVE tells what became of
 * it. Memory operands are at `memory`. Needs x86-64 and Linux.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

struct in {
  uint8_t opcode[2]; /* the ModR/M byte of a memory form has its `reg` field alone */
  uint8_t length;    /* of an instruction without ModR/M byte: 1 */
  uint8_t unused;
  uint32_t flags;
  uint8_t state[108];
  uint8_t memory[124];
};

struct out {
  uint8_t state[108];
  uint8_t memory[124];
  uint32_t flags;
  uint32_t ax;
};

static uint8_t *page;
static uint8_t memory[4096] __attribute__((aligned(64)));

typedef uint64_t run(const void *load, void *save, void *memory, uint64_t flags);

/* rdi: state to load, rsi: state to save, rdx: memory operand, rcx: flags; returns the flags above AX. */
static void assemble(const struct in *in) {
  uint8_t *p = page;
  const uint8_t head[] = {0xdd, 0x27, 0x51, 0x31, 0xc0, 0x9d}; /* frstor [rdi]; push rcx; xor eax, eax; popfq */
  memcpy(p, head, sizeof head);
  p += sizeof head;
  *p++ = in->opcode[0];
  if (in->length != 1) *p++ = in->opcode[1] < 0xc0 ? (in->opcode[1] & 0x38) | 2 : in->opcode[1];
  /* pushfq; pop rcx; fnsave [rsi]; fninit; movzx eax, ax; shl rcx, 32; or rax, rcx; cld; ret */
  const uint8_t tail[] = {0x9c, 0x59, 0xdd, 0x36, 0xdb, 0xe3, 0x0f, 0xb7, 0xc0, 0x48,
                          0xc1, 0xe1, 0x20, 0x48, 0x09, 0xc8, 0xfc, 0xc3};
  memcpy(p, tail, sizeof tail);
}

int main(void) {
  struct in in;
  struct out out;
  page = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return 1;
  while (fread(&in, sizeof in, 1, stdin) == 1) {
    memcpy(memory, in.memory, sizeof in.memory);
    assemble(&in);
    uint64_t result = ((run *)page)(in.state, out.state, memory, in.flags);
    memcpy(out.memory, memory, sizeof out.memory);
    out.flags = (uint32_t)(result >> 32);
    out.ax = (uint32_t)result;
    if (fwrite(&out, sizeof out, 1, stdout) != 1) return 1;
  }
  return 0;
}

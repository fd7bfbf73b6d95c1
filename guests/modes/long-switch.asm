; 64-bit mode, entered from real mode by way of protected mode (Intel SDM volume 3A, 10.8.5).
%include "modes.inc"
PML4            equ 0x10000
LOW_POINTERS    equ 0x11000
LOW_DIRECTORY   equ 0x12000
LOW_TABLE       equ 0x13000
MEM_POINTERS    equ 0x14000
MEM_DIRECTORY   equ 0x15000
TOP_POINTERS    equ 0x16000
TOP_DIRECTORY   equ 0x17000
SCREEN_TABLE    equ 0x18000
EFER            equ 0xc0000080
        bits 16
        protect
        clear PML4, 9
        identity LOW_TABLE, 8
        mov dword [LOW_DIRECTORY], LOW_TABLE | P | RW
        mov dword [LOW_POINTERS], LOW_DIRECTORY | P | RW
        mov dword [PML4], LOW_POINTERS | P | RW
        mov dword [MEM_DIRECTORY], P | RW | PS
        mov dword [MEM_POINTERS], MEM_DIRECTORY | P | RW
        mov dword [PML4 + ((LONG_MEMORY >> 39) & 511) * 8], MEM_POINTERS | P | RW
        mov dword [SCREEN_TABLE + ((LONG_SCREEN >> 12) & 511) * 8], TEXT_SCREEN | P | RW
        mov dword [TOP_DIRECTORY + ((LONG_SCREEN >> 21) & 511) * 8], SCREEN_TABLE | P | RW
        mov dword [TOP_POINTERS + ((LONG_SCREEN >> 30) & 511) * 8], TOP_DIRECTORY | P | RW
        mov dword [PML4 + ((LONG_SCREEN >> 39) & 511) * 8], TOP_POINTERS | P | RW
        mov eax, cr4
        or eax, 0x20                    ; PAE
        mov cr4, eax
        mov eax, PML4
        mov cr3, eax
        mov ecx, EFER
        rdmsr
        or eax, 0x100                   ; LME
        wrmsr
        mov eax, cr0
        or eax, 0x80000000              ; PG: this makes EFER.LMA
        mov cr0, eax
        jmp CODE64:.on
        bits 64
.on:    mov rsi, LONG_MEMORY + message
        mov rdi, LONG_SCREEN
        print rsi, rdi
        mov r8, 0x123456789abcdef0
        hlt
message db 'long mode', 0
        gdt

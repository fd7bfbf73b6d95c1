; PAE paging, turned on by the guest: entries of 64 bits, pages of 4 KiB, and one of 2 MiB (Intel SDM volume 3A, 4.4).
%include "modes.inc"
POINTERS        equ 0x10000
LOW_DIRECTORY   equ 0x11000
LOW_TABLE       equ 0x12000
HIGH_DIRECTORY  equ 0x13000             ; of the last gigabyte, in which are both HIGH_MEMORY and HIGH_SCREEN
SCREEN_TABLE    equ 0x14000
        bits 16
        protect
        clear POINTERS, 5
        identity LOW_TABLE, 8
        mov dword [SCREEN_TABLE], TEXT_SCREEN | P | RW
        mov dword [LOW_DIRECTORY], LOW_TABLE | P | RW
        mov dword [HIGH_DIRECTORY + ((HIGH_MEMORY >> 21) & 511) * 8], P | RW | PS
        mov dword [HIGH_DIRECTORY + ((HIGH_SCREEN >> 21) & 511) * 8], SCREEN_TABLE | P | RW
        mov dword [POINTERS], LOW_DIRECTORY | P
        mov dword [POINTERS + 3 * 8], HIGH_DIRECTORY | P
        mov eax, cr4
        or eax, 0x20                    ; PAE
        mov cr4, eax
        mov eax, POINTERS
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000              ; PG
        mov cr0, eax
        jmp .on
.on:    mov esi, HIGH_MEMORY + message
        mov edi, HIGH_SCREEN
        print esi, edi
        hlt
message db 'PAE paging', 0
        gdt

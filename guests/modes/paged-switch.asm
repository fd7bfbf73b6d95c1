; 32-bit paging, turned on by the guest: pages of 4 KiB, and one of 4 MiB (Intel SDM volume 3A, 4.3).
%include "modes.inc"
DIRECTORY       equ 0x10000
LOW_TABLE       equ 0x11000
SCREEN_TABLE    equ 0x12000
        bits 16
        protect
        clear DIRECTORY, 3
        identity LOW_TABLE, 4
        mov dword [SCREEN_TABLE], TEXT_SCREEN | P | RW
        mov dword [DIRECTORY], LOW_TABLE | P | RW
        mov dword [DIRECTORY + (HIGH_MEMORY >> 22) * 4], P | RW | PS
        mov dword [DIRECTORY + (HIGH_SCREEN >> 22) * 4], SCREEN_TABLE | P | RW
        mov eax, cr4
        or eax, 0x10                    ; PSE
        mov cr4, eax
        mov eax, DIRECTORY
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000              ; PG
        mov cr0, eax
        jmp .on
.on:    mov esi, HIGH_MEMORY + message
        mov edi, HIGH_SCREEN
        print esi, edi
        hlt
message db '32-bit paging', 0
        gdt

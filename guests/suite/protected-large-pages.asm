; Pages of 4 MiB, and PAE with pages of 2 MiB.
%include "protected.inc"
DIRECTORY equ 0x9000
POINTERS equ 0xa000
PAE_DIRECTORY equ 0xb000
        enter_protected
        mov edi, DIRECTORY
        mov ecx, 3072
        xor eax, eax
        rep stosd
        mov eax, cr4
        or al, 0x10
        mov cr4, eax
        mov dword [DIRECTORY], 0x87
        mov dword [DIRECTORY + 4], 0x87
        mov eax, DIRECTORY
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        jmp .on
.on:    mov dword [0x40c000], 0x4444cccc
        show [0xc000]
        mov eax, [DIRECTORY + 4]
        show eax                        ; accessed, dirty
        fails mov eax, [0x800000]
        mov eax, cr2
        show eax
        ; The same with PAE.
        mov eax, cr0
        and eax, 0x7fffffff
        mov cr0, eax
        jmp .off
.off:   mov eax, cr4
        or al, 0x20
        mov cr4, eax
        mov dword [POINTERS], PAE_DIRECTORY | 1
        mov dword [PAE_DIRECTORY], 0x87
        mov dword [PAE_DIRECTORY + 16], 0x87
        mov eax, POINTERS
        mov cr3, eax
        mov eax, cr0
        or eax, 0x80000000
        mov cr0, eax
        jmp .pae
.pae:   mov dword [0x40c000], 0x2222cccc
        show [0xc000]
        mov eax, [PAE_DIRECTORY + 16]
        show eax
        fails mov eax, [0x200000]
        mov eax, cr2
        show eax
        fails mov eax, [0x40000000]
        mov eax, cr2
        show eax
        done

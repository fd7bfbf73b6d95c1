; Virtual-8086 mode: segments as in real mode, what IOPL forbids, interrupts that leave it.
%include "protected.inc"
        enter_protected
        mov dword [TSS_AT + 4], STACK0
        mov dword [TSS_AT + 8], DATA32
        mov dword [TSS_AT + 0x64], 0x00680000   ; no map of ports: its limit is before it
        mov ax, TSS
        ltr ax
        gate 0x30, monitor, 0xee
        mov dword [0x5550], 0x87654321
        mov dword [RESUME], ended
        mov [RESUME_SP], esp
        push dword 0x400                ; GS
        push dword 0x400
        push dword 0x500                ; DS
        push dword 0x400
        push dword 0x600                ; SS
        push dword 0x0ff0
        push dword 0x23002              ; VM, IOPL 3
        push dword 0
        push dword v86
        iretd
        bits 16
v86:    mov eax, [0x550]                ; DS 0500
        xor ebx, ebx
        mov cx, sp
        movzx ecx, cx
        push word 0x3002
        popf
        int 0x30
        mov ax, 0x123
        mov es, ax
        mov cx, es
        pushf
        pop bx
        int 0x30
        hlt                             ; #GP: level 3
        db 0x66
        bits 32
monitor:
        push eax
        mov ax, DATA32
        mov ds, ax
        pop eax
        show eax
        show ebx
        show ecx
        show esp
        show [esp + 8]                  ; EFLAGS
        show [esp + 16]                 ; SS
        show [esp + 24]                 ; DS
        iretd
ended:  mov eax, [STACK0 - 36]          ; EIP of the HLT
        cmp word [eax], 0x66f4
        sete al
        movzx eax, al
        show eax
        pushfd
        pop eax
        and eax, 0x20000
        show eax
        done

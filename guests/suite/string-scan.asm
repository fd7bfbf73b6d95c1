; SCAS and CMPS with REPE and REPNE: where they stop, CX, and flags.
%include "guest.inc"
        mov ax, ds
        mov es, ax
        cld
        mov di, text
        mov al, 'd'
        mov cx, 16
        repne scasb
        seen cx, di
        mov di, text
        mov al, 'z'
        mov cx, 4
        repne scasb             ; not there
        seen cx, di
        mov di, same
        mov ax, '--'
        mov cx, 8
        repe scasw
        seen cx, di
        mov di, same
        mov eax, 'zzzz'
        scasd
        seen di
        std
        mov di, same + 9
        mov al, '-'
        mov cx, 10
        repne scasb
        seen cx, di
        cld
        mov si, text
        mov di, other
        mov cx, 16
        repe cmpsb
        seen cx, si, di
        mov si, text
        mov di, other
        mov cx, 2
        repe cmpsw              ; equal to the end
        seen cx, si, di
        mov si, same
        mov di, other
        mov cx, 3
        repne cmpsd             ; none equal
        seen cx, si, di
; a count of 0 compares nothing and changes no flag
        setflags CF | OF
        mov cx, 0
        repe cmpsb
        seen si, di
        std
        mov si, text + 15
        mov di, other + 15
        mov cx, 16
        repe cmpsb
        seen cx, si, di
        cld
        cmpsb
        seen si
        done
        place 0x1200
text    db '0123456789abcdef'
other   db '0123456X89abcdef'
same    db '--------==------'

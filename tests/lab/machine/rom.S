# The machine that migrates: a firmware image of 64 KiB for QEMU's "-bios", without an operating system. A hundred times a second it writes
# one word to each of some pages of its memory, and counts in memory and in the BARs of VFIO devices at 00:05.0 and 00:06.0, which have to agree.
# A BAR's second word is written once alone: if the device loses its state between the reading and the writing of the counter, it still shows.
# In between the machine halts, so one that waits costs nothing.
#
# Words that "-device loader" sets:         0x600 pages a tick; 0x604 pages of the working set, from 1 MiB on; 0x608 ticks a heartbeat
# Words to read with the monitor's "xp":    0x700 ticks; 0x704 what the first BAR held last; 0x708 how often a BAR held something else than
#                                           memory; 0x70c devices found; 0x710 what the second BAR held last
# Serial port: "B" when it begins, "." a heartbeat, "X" when memory and a device do not agree.
    .equ HZ_DIVISOR, 11932              # 1193182 Hz / 100
    .equ CONFIG, 0x80002800             # 00:05.0; the next one is 0x800 further
    .equ BAR, 0xe0000000                # a page each
    .equ VENDOR_DEVICE, 0x4c411234      # tests/lab/module
    .equ MARK, 0x6c61624d               # in a BAR's second word
    .equ SERIAL, 0x3f8
    .equ PAGES, 0x600
    .equ SET, 0x604
    .equ HEARTBEAT, 0x608
    .equ TICKS, 0x700
    .equ LAST, 0x704
    .equ MISMATCHES, 0x708
    .equ DEVICES, 0x70c
    .equ LAST_STEP, 12                  # from one device's last value to the next one's
    .equ IDT, 0x1000
    .equ CLOCK_VECTOR, 32

    .text
    .code16
start:
    cli
    lgdtl %cs:gdt_at - start
    movl %cr0, %eax
    orl $1, %eax
    movl %eax, %cr0
    ljmpl $8, $0xf0000 + (main - start)
    .balign 8
gdt:
    .quad 0, 0x00cf9a000000ffff, 0x00cf92000000ffff
gdt_at:
    .word 23
    .long 0xf0000 + (gdt - start)

    .code32
main:
    movw $16, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movl $0x7000, %esp
    movb $'B', %al
    call say
    movl $TICKS, %edi
    movl $5, %ecx
    xorl %eax, %eax
    rep stosl
    call find_devices
    call fill_set
    call start_clock
    xorl %ebx, %ebx
    xorl %ebp, %ebp
1:  sti
    hlt
    jmp 1b

say:
    movl $SERIAL, %edx
    outb %al, %dx
    ret

# The devices' identity, the address of their BARs, memory and bus mastering on.
find_devices:
    movl $CONFIG, %ebx
    movl $BAR, %esi
1:  movl %ebx, %eax
    call config_read
    cmpl $VENDOR_DEVICE, %eax
    jne 2f
    leal 0x10(%ebx), %eax
    movl %esi, %ecx
    call config_write
    leal 4(%ebx), %eax
    movl $6, %ecx
    call config_write
    movl $0, (%esi)
    movl $MARK, 4(%esi)
    incl DEVICES
    addl $0x800, %ebx
    addl $0x1000, %esi
    cmpl $2, DEVICES
    jb 1b
2:  ret

config_read:
    movl $0xcf8, %edx
    outl %eax, %dx
    movl $0xcfc, %edx
    inl %dx, %eax
    ret

config_write:
    movl $0xcf8, %edx
    outl %eax, %dx
    movl $0xcfc, %edx
    movl %ecx, %eax
    outl %eax, %dx
    ret

# No page of the working set is empty: empty ones cost nothing to send.
fill_set:
    movl $0x100000, %edi
    movl SET, %ecx
    shll $10, %ecx
    movl $0x9e3779b9, %eax
1:  testl %ecx, %ecx
    jz 2f
    movl %eax, (%edi)
    addl $0x7f4a7c15, %eax
    addl $4, %edi
    decl %ecx
    jmp 1b
2:  ret

# The clock's interrupt alone.
start_clock:
    movl $IDT, %edi
    xorl %eax, %eax
    movl $0x200, %ecx
    rep stosl
    movl $0xf0000 + (tick - start), %eax
    movw %ax, IDT + CLOCK_VECTOR * 8
    movw $8, IDT + CLOCK_VECTOR * 8 + 2
    movw $0x8e00, IDT + CLOCK_VECTOR * 8 + 4
    shrl $16, %eax
    movw %ax, IDT + CLOCK_VECTOR * 8 + 6
    lidt 0xf0000 + (idt_at - start)
    # The interrupt controller's line arrives through the local APIC, as firmware leaves it; without these two, none arrives.
    movl $0x1ff, 0xfee000f0
    movl $0x700, 0xfee00350
    movb $0x11, %al
    outb %al, $0x20
    outb %al, $0xa0
    movb $CLOCK_VECTOR, %al
    outb %al, $0x21
    movb $CLOCK_VECTOR + 8, %al
    outb %al, $0xa1
    movb $4, %al
    outb %al, $0x21
    movb $2, %al
    outb %al, $0xa1
    movb $1, %al
    outb %al, $0x21
    outb %al, $0xa1
    movb $0xfe, %al
    outb %al, $0x21
    movb $0xff, %al
    outb %al, $0xa1
    movb $0x34, %al
    outb %al, $0x43
    movb $HZ_DIVISOR & 255, %al
    outb %al, $0x40
    movb $HZ_DIVISOR >> 8, %al
    outb %al, $0x40
    ret

# %ebx: the page to write next; %ebp: ticks since the last heartbeat.
tick:
    incl TICKS
    movl TICKS, %eax
    movl PAGES, %ecx
1:  testl %ecx, %ecx
    jz 3f
    cmpl SET, %ebx
    jb 2f
    xorl %ebx, %ebx
2:  movl %ebx, %edi
    shll $12, %edi
    movl %eax, 0x100000(%edi)
    incl %ebx
    decl %ecx
    jmp 1b
3:  call count_devices
    incl %ebp
    cmpl HEARTBEAT, %ebp
    jb 4f
    xorl %ebp, %ebp
    movb $'.', %al
    call say
4:  movb $0x20, %al
    outb %al, $0x20
    iret

# Compares each device's mark and counter with what they have to be, and counts on.
count_devices:
    movl DEVICES, %ecx
    movl $BAR, %esi
    movl $LAST, %edi
1:  testl %ecx, %ecx
    jz 3f
    cmpl $MARK, 4(%esi)
    movl (%esi), %eax
    jne 4f
    cmpl (%edi), %eax
    je 2f
4:  movl $MARK, 4(%esi)
    incl MISMATCHES
    pushl %eax
    movb $'X', %al
    call say
    popl %eax
2:  incl %eax
    movl %eax, (%esi)
    movl %eax, (%edi)
    addl $0x1000, %esi
    addl $LAST_STEP, %edi
    decl %ecx
    jmp 1b
3:  ret

    .balign 4
idt_at:
    .word 0x7ff
    .long IDT

    .org 0xfff0
    .code16
    .byte 0xea
    .word 0, 0xf000
    .org 0x10000

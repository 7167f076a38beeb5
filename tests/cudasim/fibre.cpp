/* fibre.cpp - see fibre.h. */
#include "tests/cudasim/fibre.h"
#include "tests/cudasim/sanitizer.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>

#define STACK (256 * 1024)
#define GUARD (64 * 1024) /* below it, which nobody may touch; a multiple of any page size */

extern "C" void fibre_change(void **from, void *to);

#if defined(__x86_64__)

asm(".text\n"
    ".globl fibre_change\n"
    ".type fibre_change, @function\n"
    "fibre_change:\n"
    "    pushq %rbp\n    pushq %rbx\n    pushq %r12\n"
    "    pushq %r13\n    pushq %r14\n    pushq %r15\n"
    "    movq %rsp, (%rdi)\n"
    "    movq %rsi, %rsp\n"
    "    popq %r15\n    popq %r14\n    popq %r13\n"
    "    popq %r12\n    popq %rbx\n    popq %rbp\n"
    "    ret\n"
    ".size fibre_change, . - fibre_change\n");

/* A stack as if run had called fibre_change with all registers 0. */
static void *first(unsigned char *top, void (*run)())
{
    void **slot = reinterpret_cast<void **>(top);
    slot[-2] = reinterpret_cast<void *>(run);
    return &slot[-8];
}

#elif defined(__aarch64__)

asm(".text\n"
    ".globl fibre_change\n"
    ".type fibre_change, %function\n"
    "fibre_change:\n"
    "    sub sp, sp, #160\n"
    "    stp x19, x20, [sp, #0]\n    stp x21, x22, [sp, #16]\n"
    "    stp x23, x24, [sp, #32]\n    stp x25, x26, [sp, #48]\n"
    "    stp x27, x28, [sp, #64]\n    stp x29, x30, [sp, #80]\n"
    "    stp d8, d9, [sp, #96]\n    stp d10, d11, [sp, #112]\n"
    "    stp d12, d13, [sp, #128]\n    stp d14, d15, [sp, #144]\n"
    "    mov x9, sp\n"
    "    str x9, [x0]\n"
    "    mov sp, x1\n"
    "    ldp x19, x20, [sp, #0]\n    ldp x21, x22, [sp, #16]\n"
    "    ldp x23, x24, [sp, #32]\n    ldp x25, x26, [sp, #48]\n"
    "    ldp x27, x28, [sp, #64]\n    ldp x29, x30, [sp, #80]\n"
    "    ldp d8, d9, [sp, #96]\n    ldp d10, d11, [sp, #112]\n"
    "    ldp d12, d13, [sp, #128]\n    ldp d14, d15, [sp, #144]\n"
    "    add sp, sp, #160\n"
    "    ret\n"
    ".size fibre_change, . - fibre_change\n");

static void *first(unsigned char *top, void (*run)())
{
    void **slot = reinterpret_cast<void **>(top) - 20;
    slot[11] = reinterpret_cast<void *>(run); /* x30 */
    return slot;
}

#else

#include <ucontext.h>

/* `at` points to a ucontext_t; that of the program's own stack is made at its first switch. */
extern "C" void fibre_change(void **from, void *to)
{
    if (!*from)
        *from = calloc(1, sizeof(ucontext_t));
    swapcontext(static_cast<ucontext_t *>(*from), static_cast<ucontext_t *>(to));
}

static void *first(unsigned char *top, void (*run)())
{
    ucontext_t *c = static_cast<ucontext_t *>(calloc(1, sizeof *c));
    getcontext(c);
    c->uc_stack.ss_sp = top - STACK / 2;
    c->uc_stack.ss_size = STACK / 2;
    makecontext(c, run, 0);
    return c;
}

#endif

static fibre *left; /* by the last switch */

fibre *fibre_new(void (*run)())
{
    static unsigned made;
    void *p = mmap(NULL, GUARD + STACK, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED || mprotect(p, GUARD, PROT_NONE)) {
        fprintf(stderr, "cudasim: there is no memory for %u stacks\n", made);
        abort();
    }
    fibre *f = new fibre();
    f->stack = static_cast<unsigned char *>(p) + GUARD;
    f->bytes = STACK;
    /* Not all at the same place of a page: they would share the same few lines of a cache. */
    f->at = first(f->stack + STACK - 64 - made++ % 16 * 256, run);
    return f;
}

/* Only now AddressSanitizer tells where the program's own stack is. */
static void arrived(fibre *self)
{
    const void *bottom = NULL;
    size_t bytes = 0;
    stack_arrive(self->fake_stack, &bottom, &bytes);
    if (left->stack)
        return;
    left->stack = static_cast<unsigned char *>(const_cast<void *>(bottom));
    left->bytes = bytes;
}

void fibre_begun(fibre *self)
{
    arrived(self);
}

void fibre_switch(fibre *self, fibre *to)
{
    left = self;
    stack_leave(&self->fake_stack, to->stack, to->bytes);
    fibre_change(&self->at, to->at);
    arrived(self);
}

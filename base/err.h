/* err.h - what went wrong, told to a person.
 *
 * Functions below src/ return 0, or -1 with a `struct err` filled in, whose text names the thing
 * (file, option, tensor), the value found and what was expected. Cancelling is no error: such
 * functions return 1. An err is plain data, owned by the caller, and never allocates. All
 * functions accept e == NULL and are safe to call from any thread (each err from one at a time).
 */
#ifndef COMBOLAB_BASE_ERR_H
#define COMBOLAB_BASE_ERR_H

#define ERR_TEXT_BYTES 768

enum err_code {
    ERR_NONE = 0,
    ERR_USAGE,     /* an option, value or verb that cannot be */
    ERR_NOT_FOUND, /* a file, run or device that is not there */
    ERR_IO,        /* the system refused: errno's text is in the message */
    ERR_FULL,      /* no space left where it should be written */
    ERR_FORMAT,    /* a file or value that is not what it should be */
    ERR_MEMORY,    /* an allocation failed */
    ERR_DEVICE,    /* a backend or its library failed */
    ERR_DEAD,      /* a device that this process cannot use any more */
    ERR_BUSY,      /* another process holds it */
    ERR_VERSION,   /* made by another version */
    ERR_STATE,     /* not allowed in the present state */
    ERR_CANCELLED, /* somebody who no longer wants it ended it */
    ERR_INTERNAL,  /* a promise of our own was broken */
};

struct err {
    enum err_code code;
    char text[ERR_TEXT_BYTES]; /* UTF-8, no final newline, cut at the bound */
};

/* Sets code and text. Returns -1 always, so that `return err_set(...)` reads well. */
int err_set(struct err *e, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As err_set, with ": " and the text of errno value `number` appended. The code is ERR_FULL for
 * ENOSPC and EDQUOT, ERR_NOT_FOUND for ENOENT, ERR_MEMORY for ENOMEM, else ERR_IO. */
int err_errno(struct err *e, int number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "what: " before the present text; the code stays. Returns -1. */
int err_prefix(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Clears to ERR_NONE and "". */
void err_clear(struct err *e);

#endif

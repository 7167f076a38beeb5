/* kitty.c - see kitty.h.
 *
 * Pixels go in base64, in pieces of at most 4096 characters; only the first one says what they are.
 * The terminal is asked to answer nothing, since nobody waits for it.
 */
#include "ui/kitty.h"

#include "base/str.h"

#define PIECE_BYTES 3072 /* 4096 characters */

static void add_base64(struct str *to, const uint8_t *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char text[PIECE_BYTES / 3 * 4];
    size_t length = 0;
    for (size_t i = 0; i < n; i += 3) { /* pixels have three */
        unsigned three = (unsigned)bytes[i] << 16 | (unsigned)bytes[i + 1] << 8 | bytes[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            text[length++] = digits[three >> shift & 63];
    }
    str_add_bytes(to, text, length);
}

void kitty_add(struct str *to, int id, const uint8_t *rgb, int height, int width, int rows,
               int columns)
{
    size_t n = 3 * (size_t)height * (size_t)width;
    str_addf(to, "\033_Ga=T,f=24,i=%d,s=%d,v=%d,C=1,q=2,", id, width, height);
    str_addf(to, rows ? "r=%d," : "c=%d,", rows ? rows : columns);
    for (size_t at = 0; at < n; at += PIECE_BYTES) {
        size_t left = n - at, piece = left < PIECE_BYTES ? left : PIECE_BYTES;
        str_addf(to, "%sm=%d;", at ? "\033_G" : "", left > PIECE_BYTES);
        add_base64(to, rgb + at, piece);
        str_add(to, "\033\\");
    }
}

void kitty_remove(struct str *to, int id)
{
    str_addf(to, "\033_Ga=d,d=I,i=%d,q=2\033\\", id);
}

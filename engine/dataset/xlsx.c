/* xlsx.c - see xlsx_priv.h. The texts of a workbook stand in a list of their own, which is read
 * first; cells have a place in it, or a text or number of their own. */
#include "engine/dataset/xlsx_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <ctype.h>
#include <expat.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#define MOST_BYTES ((uint64_t)64 << 20) /* of one part, unpacked */
#define MOST_TEXTS ((size_t)1 << 20)
#define MOST_CELL_BYTES 32768 /* as Excel has it */
#define TEXTS "xl/sharedStrings.xml"
#define SHEET "xl/worksheets/sheet1.xml"

/* Texts one after another, each ended by NUL. */
struct texts {
    struct str all;
    size_t *start;
    size_t n, room;
};

struct book {
    const char *path, *part;
    XML_Parser parser;
    struct err *e;
    bool failed; /* e says why */
    xlsx_take *take;
    void *context;
    struct texts texts;
    /* the text or cell being read */
    struct str text;
    bool within;   /* an element with text */
    bool phonetic; /* how it is pronounced: no part of it */
    char type;     /* of a cell: 's' has a place in the list of texts */
    size_t column;
    /* the row being read */
    size_t line, columns;
    struct str cells;
    size_t cell[XLSX_MOST_COLUMNS]; /* 1 + where it is in `cells`; 0 for none */
};

static void stop(struct book *b)
{
    b->failed = true;
    XML_StopParser(b->parser, XML_FALSE);
}

/* Element names without their namespace. */
static const char *local(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static const char *attribute(const char **list, const char *name)
{
    for (; list[0]; list += 2)
        if (!strcmp(list[0], name))
            return list[1];
    return NULL;
}

/* --- the list of texts --- */

static int add_text(struct texts *t, const struct str *text, struct err *e)
{
    if (t->n == t->room) {
        size_t room = t->room ? t->room * 2 : 256;
        size_t *start = mem_resize(t->start, room, sizeof *start);
        if (!start)
            return mem_error(e, "the texts of a workbook", room * sizeof *start);
        t->start = start;
        t->room = room;
    }
    t->start[t->n++] = t->all.length;
    str_add_bytes(&t->all, text->length ? text->text : "", text->length + 1);
    return t->all.failed ? mem_error(e, "the texts of a workbook", text->length) : 0;
}

static void end_text(struct book *b)
{
    if (b->texts.n == MOST_TEXTS) {
        err_set(b->e, ERR_FORMAT, "%s: %s: more than %zu texts: no list of images", b->path,
                b->part, MOST_TEXTS);
        stop(b);
    } else if (add_text(&b->texts, &b->text, b->e)) {
        stop(b);
    }
}

/* --- cells and rows --- */

/* The column of "AB12", from 0. */
static size_t column_of(const char *cell)
{
    size_t column = 0;
    for (; isupper((unsigned char)*cell) && column < 1000000; cell++)
        column = column * 26 + (size_t)(*cell - 'A') + 1;
    return column ? column - 1 : 0;
}

static void begin_row(struct book *b, const char **attributes)
{
    const char *number = attribute(attributes, "r");
    int64_t line;
    b->line = number && !str_to_int(number, &line) && line > 0 ? (size_t)line : b->line + 1;
    b->columns = b->column = 0;
    memset(b->cell, 0, sizeof b->cell);
    str_clear(&b->cells);
}

static void begin_cell(struct book *b, const char **attributes)
{
    const char *type = attribute(attributes, "t"), *place = attribute(attributes, "r");
    b->type = type && !strcmp(type, "s") ? 's' : 0;
    if (place)
        b->column = column_of(place);
    str_clear(&b->text);
}

/* NULL, with the message, for a place that the list does not have. */
static const char *text_of_cell(struct book *b)
{
    int64_t i;
    if (b->type != 's' || !b->text.length)
        return b->text.length ? b->text.text : "";
    if (!str_to_int(b->text.text, &i) && i >= 0 && (uint64_t)i < b->texts.n)
        return b->texts.all.text + b->texts.start[i];
    err_set(b->e, ERR_FORMAT, "%s:%zu: a cell has text %.20s of the workbook, which has %zu",
            b->path, b->line, b->text.text, b->texts.n);
    return NULL;
}

static void end_cell(struct book *b)
{
    size_t column = b->column++;
    const char *text = text_of_cell(b);
    if (!text) {
        stop(b);
        return;
    }
    if (!*text || column >= XLSX_MOST_COLUMNS)
        return;
    if (column >= b->columns)
        b->columns = column + 1;
    b->cell[column] = b->cells.length + 1;
    str_add_bytes(&b->cells, text, strlen(text) + 1);
}

static void end_row(struct book *b)
{
    struct xlsx_row row = {.line = b->line, .n = b->columns};
    if (b->cells.failed) {
        mem_error(b->e, "a row of a workbook", b->cells.length);
        stop(b);
        return;
    }
    for (size_t i = 0; i < XLSX_MOST_COLUMNS; i++)
        row.cell[i] = b->cell[i] ? b->cells.text + b->cell[i] - 1 : "";
    if (row.n && b->take(b->context, &row, b->e))
        stop(b);
}

/* --- what the parser calls --- */

static void XMLCALL begin(void *context, const char *name, const char **attributes)
{
    struct book *b = context;
    name = local(name);
    if (!strcmp(name, "row"))
        begin_row(b, attributes);
    else if (!strcmp(name, "c"))
        begin_cell(b, attributes);
    else if (!strcmp(name, "si"))
        str_clear(&b->text);
    else if (!strcmp(name, "rPh"))
        b->phonetic = true;
    else
        b->within = !b->phonetic && (!strcmp(name, "v") || !strcmp(name, "t"));
}

static void XMLCALL end(void *context, const char *name)
{
    struct book *b = context;
    name = local(name);
    b->within = false;
    if (b->failed)
        return;
    if (!strcmp(name, "row"))
        end_row(b);
    else if (!strcmp(name, "c"))
        end_cell(b);
    else if (!strcmp(name, "si"))
        end_text(b);
    else if (!strcmp(name, "rPh"))
        b->phonetic = false;
}

static void XMLCALL characters(void *context, const char *text, int n)
{
    struct book *b = context;
    if (!b->within || b->failed)
        return;
    if (b->text.length + (size_t)n <= MOST_CELL_BYTES) {
        str_add_bytes(&b->text, text, (size_t)n);
        if (!b->text.failed)
            return;
        mem_error(b->e, "a cell of a workbook", (size_t)n);
        stop(b);
        return;
    }
    err_set(b->e, ERR_FORMAT, "%s: %s: a cell has more than %d bytes", b->path, b->part,
            MOST_CELL_BYTES);
    stop(b);
}

static void XMLCALL document_type(void *context, const char *name, const char *system,
                                  const char *public, int internal)
{
    struct book *b = context;
    (void)system;
    (void)public;
    (void)internal;
    err_set(b->e, ERR_FORMAT,
            "%s: %s declares a document type (%.40s), which could have entities; no workbook has "
            "one, and it is not read",
            b->path, b->part, name);
    stop(b);
}

/* --- the archive --- */

static int parse(struct book *b, zip_file_t *file)
{
    char bytes[16384];
    uint64_t whole = 0;
    zip_int64_t n;
    do {
        n = zip_fread(file, bytes, sizeof bytes);
        if (n < 0)
            return err_set(b->e, ERR_FORMAT, "%s: %s is damaged: %s", b->path, b->part,
                           zip_file_strerror(file));
        whole += (uint64_t)n;
        if (whole > MOST_BYTES)
            return err_set(b->e, ERR_FORMAT,
                           "%s: %s unpacks to more than %d MiB: no list of images", b->path,
                           b->part, (int)(MOST_BYTES >> 20));
        if (XML_Parse(b->parser, bytes, (int)n, n == 0) == XML_STATUS_OK)
            continue;
        if (b->failed)
            return -1;
        return err_set(b->e, ERR_FORMAT, "%s: %s is no XML: %s in its line %lu", b->path, b->part,
                       XML_ErrorString(XML_GetErrorCode(b->parser)),
                       (unsigned long)XML_GetCurrentLineNumber(b->parser));
    } while (n > 0);
    return 0;
}

static int read_part(struct book *b, zip_t *zip, const char *part)
{
    int result = -1;
    b->part = part;
    zip_file_t *file = zip_fopen(zip, part, 0);
    if (!file)
        return err_set(b->e, ERR_FORMAT, "%s: %s: %s", b->path, part, zip_strerror(zip));
    b->parser = XML_ParserCreate(NULL);
    if (!b->parser) {
        mem_error(b->e, "a reader of XML", 0);
        goto out;
    }
    XML_SetUserData(b->parser, b);
    XML_SetElementHandler(b->parser, begin, end);
    XML_SetCharacterDataHandler(b->parser, characters);
    XML_SetStartDoctypeDeclHandler(b->parser, document_type);
    result = parse(b, file);
out:
    if (b->parser)
        XML_ParserFree(b->parser);
    b->parser = NULL;
    zip_fclose(file);
    return result;
}

int xlsx_read(const char *path, xlsx_take *take, void *context, struct err *e)
{
    struct book b = {.path = path, .take = take, .context = context, .e = e};
    int code, result = -1;
    zip_t *zip = zip_open(path, ZIP_RDONLY, &code);
    if (!zip) {
        zip_error_t why;
        zip_error_init_with_code(&why, code);
        err_set(e, ERR_FORMAT, "%s: is no Excel workbook (.xlsx): %s", path,
                zip_error_strerror(&why));
        zip_error_fini(&why);
        return -1;
    }
    str_init(&b.texts.all);
    str_init(&b.text);
    str_init(&b.cells);
    if (zip_name_locate(zip, SHEET, 0) < 0) {
        err_set(e, ERR_FORMAT, "%s: is no Excel workbook (.xlsx): it holds no %s", path, SHEET);
        goto out;
    }
    if (zip_name_locate(zip, TEXTS, 0) >= 0 && read_part(&b, zip, TEXTS))
        goto out;
    result = read_part(&b, zip, SHEET);
out:
    str_fini(&b.cells);
    str_fini(&b.text);
    str_fini(&b.texts.all);
    mem_free(b.texts.start);
    zip_discard(zip);
    return result;
}

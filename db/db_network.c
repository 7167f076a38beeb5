/* db_network.c - refuses a run database on a network file system.
 *
 * SQLite's write-ahead log shares memory between processes and needs locks that work; over a
 * network neither is given, and the file would be damaged without a word.
 */
#include "db/db_priv.h"

#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#define FUSE_MAGIC 0x65735546

const char *network_name(uint64_t magic)
{
    /* As in Linux's magic.h and the file systems' own sources. */
    static const struct {
        uint32_t magic;
        const char *name;
    } known[] = {
        {0x00006969, "NFS"},  {0x0000517b, "SMB"},      {0xff534d42, "CIFS"},
        {0xfe534d42, "SMB2"}, {0x00c36400, "Ceph"},     {0x0bd00bd0, "Lustre"},
        {0x47504653, "GPFS"}, {0x19830326, "BeeGFS"},   {0x5346414f, "AFS"},
        {0x6b414653, "AFS"},  {0x73757245, "Coda"},     {0x0000564c, "NCP"},
        {0x01021997, "9P"},   {0x20030528, "OrangeFS"}, {0x7461636f, "OCFS2"},
        {0x01161970, "GFS2"}, {0xaad7aaea, "PanFS"},    {0x786f4256, "vboxsf"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].magic == (uint32_t)magic)
            return known[i].name;
    return NULL;
}

bool network_fuse(const char *type)
{
    /* FUSE serves local disks (NTFS, encryption) and remote ones under one number. */
    static const char *const remote[] = {"sshfs",   "glusterfs", "ceph-fuse", "rclone",    "s3fs",
                                         "gcsfuse", "juicefs",   "mfs",       "curlftpfs", "davfs",
                                         "goofys",  "smbnetfs",  "afp"};
    const char *dot = strchr(type, '.');
    const char *name = dot ? dot + 1 : type;
    for (size_t i = 0; i < sizeof remote / sizeof remote[0]; i++)
        if (!strcmp(name, remote[i]))
            return true;
    return false;
}

/* The type of the mounted file system with that device number, from /proc/self/mountinfo; "" when
 * it is not to be found. A line: id parent major:minor root point options ... - type source
 * options. */
static void mounted_type(dev_t device, char *to, size_t room)
{
    to[0] = '\0';
    FILE *file = fopen("/proc/self/mountinfo", "re");
    if (!file)
        return;
    char *line = NULL;
    size_t bytes = 0;
    while (getline(&line, &bytes, file) > 0) {
        unsigned major_number, minor_number;
        const char *type = strstr(line, " - ");
        if (!type || sscanf(line, "%*d %*d %u:%u", &major_number, &minor_number) != 2)
            continue;
        if (major_number != major(device) || minor_number != minor(device))
            continue;
        type += 3;
        snprintf(to, room, "%.*s", (int)strcspn(type, " "), type);
        break;
    }
    free(line);
    fclose(file);
}

int network_verdict(const char *path, uint64_t magic, const char *fuse_type, struct err *e)
{
    const char *override = getenv("COMBOLAB_ALLOW_NETWORK_FS");
    const char *name = network_name(magic);
    if ((uint32_t)magic == FUSE_MAGIC && network_fuse(fuse_type))
        name = fuse_type;
    if (!name)
        return 0;
    if (override && !strcmp(override, "1"))
        return 1;
    return err_set(e, ERR_USAGE,
                   "%s lies on a network file system (%s), where a run database would be damaged: "
                   "name a file on a local disk with --database or set XDG_DATA_HOME; if only one "
                   "host uses it, COMBOLAB_ALLOW_NETWORK_FS=1 allows it",
                   path, name);
}

int network_check(const char *path, struct err *e)
{
    /* A file that is not there yet will lie where its folder does. */
    char folder[4096], type[64] = "";
    struct statfs system;
    struct stat file;
    file_folder(path, folder, sizeof folder);
    const char *there = stat(path, &file) ? folder : path;
    if (statfs(there, &system) || stat(there, &file))
        return err_errno(e, errno, "%s: its file system cannot be examined", there);
    if ((uint32_t)system.f_type == FUSE_MAGIC)
        mounted_type(file.st_dev, type, sizeof type);
    return network_verdict(path, (uint64_t)system.f_type, type, e);
}

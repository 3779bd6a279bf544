// SPDX-License-Identifier: Apache-2.0
// From root to a user without privileges, once and for all.
#include "lib/privilege.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <uv.h>

#include "lib/log.h"

static const gid_t no_group = (gid_t)-1;

/* The greatest number means "unchanged" to the system. */
static bool read_number(const char *text, id_t *number)
{
    const size_t len = strlen(text);
    unsigned long value;

    errno = 0;
    value = strtoul(text, NULL, 10);
    *number = (id_t)value;
    return len > 0 && strspn(text, "0123456789") == len && errno == 0 && value < UINT32_MAX;
}

/* A name may look like a number, and stands above it; a number needs no name. */
static const char *find_user(const char *text, struct privilege_user *user)
{
    const struct passwd *found = getpwnam(text);
    id_t number;

    if (found == NULL && !read_number(text, &number)) {
        return "there is no such user";
    }
    if (found == NULL) {
        found = getpwuid(number);
    }
    if (found == NULL) {
        *user = (struct privilege_user){.uid = number, .gid = no_group};
        return NULL;
    }
    *user = (struct privilege_user){.uid = found->pw_uid, .gid = found->pw_gid};
    return snprintf(user->name, sizeof(user->name), "%s", found->pw_name) < PRIVILEGE_NAME_OCTETS
               ? NULL
               : "the name is too long";
}

static const char *find_group(const char *text, struct privilege_user *user)
{
    const struct group *found = getgrnam(text);
    id_t number;

    if (found == NULL && !read_number(text, &number)) {
        return "there is no such group";
    }
    user->gid = found != NULL ? found->gr_gid : number;
    user->name[0] = '\0';
    return NULL;
}

const char *privilege_read(const char *text, struct privilege_user *user)
{
    char name[PRIVILEGE_NAME_OCTETS];
    const size_t len = strcspn(text, ":");
    const char *fault;

    if (len == 0 || len >= sizeof(name)) {
        return "give a user, or user:group";
    }
    (void)snprintf(name, sizeof(name), "%.*s", (int)len, text);
    fault = find_user(name, user);
    if (fault == NULL && text[len] == ':') {
        fault = find_group(text + len + 1, user);
    }
    if (fault != NULL) {
        return fault;
    }
    if (user->uid == 0) {
        return "this is root, who is to be given up";
    }
    return user->gid == no_group ? "the system knows no group of this number; give user:group"
                                 : NULL;
}

static bool refuse(const struct privilege_user *user, const char *error)
{
    LOG(ERROR, "cannot go on as another user", LOG_NUMBER("uid", user->uid),
        LOG_NUMBER("gid", user->gid), LOG_TEXT("error", error));
    return false;
}

static bool take_groups(const struct privilege_user *user)
{
    return user->name[0] == '\0' ? setgroups(1, &user->gid) == 0
                                 : initgroups(user->name, user->gid) == 0;
}

/* The groups first, for no other user may change them. */
static bool become(const struct privilege_user *user)
{
    return take_groups(user) && setresgid(user->gid, user->gid, user->gid) == 0 &&
           setresuid(user->uid, user->uid, user->uid) == 0 &&
           prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

static bool stay(const struct privilege_user *user)
{
    return (geteuid() == user->uid && getegid() == user->gid) ||
           refuse(user, "only root can become somebody else");
}

static bool warn_root(void)
{
    if (geteuid() == 0) {
        LOG(WARN, "running as root; -user gives root up once the ports are bound");
    }
    return true;
}

bool privilege_give_up(const struct privilege_user *user)
{
    if (user->uid == 0) {
        return warn_root();
    }
    if (geteuid() != 0) {
        return stay(user);
    }
    if (!become(user)) {
        return refuse(user, uv_strerror(uv_translate_sys_error(errno)));
    }
    if (setuid(0) == 0) { /* securebits(7) can keep what was given up */
        return refuse(user, "root could be taken back");
    }
    LOG(INFO, "gave root up", LOG_NUMBER("uid", user->uid), LOG_NUMBER("gid", user->gid));
    return true;
}

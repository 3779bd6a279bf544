// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_PRIVILEGE_H
#define LIB_PRIVILEGE_H

#include <stdbool.h>
#include <sys/types.h>

enum { PRIVILEGE_NAME_OCTETS = 256 };

/* A user to go on as who is not root; all zeros for none. */
struct privilege_user {
    uid_t uid;
    gid_t gid;
    char name[PRIVILEGE_NAME_OCTETS]; /* of whom the further groups are; "" for none of them */
};

/*
 * Reads USER or USER:GROUP, by name or number.  A user has the groups that the system says, or
 * the one that is given, alone.  Returns NULL, or what would be right.
 */
const char *privilege_read(const char *text, struct privilege_user *user);

/*
 * Gives root up for good, and with it every way to more privileges, by a setuid program too.
 * Before there are threads.  Who is not root must be that user already.  For no user it warns root
 * only.  False if it failed, which is logged.
 */
bool privilege_give_up(const struct privilege_user *user);

#endif

// SPDX-License-Identifier: Apache-2.0
// The files and folders that options name, looked at before a start.
#include "cmd/places.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/batch.h"

/* What a start does with a place.  Each says what is in the way, or NULL. */
typedef const char *place_check(const char *path);

static const char *check_access(const char *path, int mode)
{
    return access(path, mode) == 0 ? NULL : strerror(errno);
}

static const char *check_folder_of(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    const int len = slash == NULL ? 0 : (int)(slash - path) + 1;

    if (len >= PATH_MAX) {
        return strerror(ENAMETOOLONG);
    }
    (void)snprintf(folder, sizeof(folder), "%.*s", len == 0 ? 1 : len, len == 0 ? "." : path);
    return check_access(folder, W_OK | X_OK);
}

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static const char *check_written(const char *path)
{
    if (is_folder(path)) {
        return strerror(EISDIR);
    }
    return access(path, F_OK) == 0 ? check_access(path, W_OK) : check_folder_of(path);
}

/* Written beside, and renamed. */
static const char *check_replaced(const char *path)
{
    return is_folder(path) ? strerror(EISDIR) : check_folder_of(path);
}

static const char *check_listed(const char *path)
{
    return is_folder(path) || access(path, F_OK) != 0 ? check_access(path, R_OK | X_OK)
                                                      : strerror(ENOTDIR);
}

/* A folder that is made if it is not there; the one above must be. */
static const char *check_made(const char *path)
{
    if (is_folder(path)) {
        return check_access(path, R_OK | W_OK | X_OK);
    }
    return access(path, F_OK) == 0 ? strerror(ENOTDIR) : check_folder_of(path);
}

static const struct place {
    const char *option;
    place_check *check;
} places[] = {
    {"demo", check_listed},
    {"quarantine", check_written},
    {"templates.json.path", check_replaced},
    {"transport.file", check_written},
#define X(kind, word, nature, text) {"transport.file." word, check_written},
    RECORD_PLACED_KINDS(X)
#undef X
        {"transport.kafka.dead-letter", check_written},
    {"transport.kafka.spool.path", check_made},
};

/* Of the transports' options those of the chosen one count. */
static bool counts(const struct setup *setup, const char *option)
{
    const char *prefix = "transport.";
    const char *chosen = setup->chosen->ops->name;
    const size_t len = strlen(prefix);

    return strncmp(option, prefix, len) != 0 || strncmp(option + len, chosen, strlen(chosen)) == 0;
}

static const char *path_of(const struct setup *setup, const char *option)
{
    struct option_place place;
    const bool found = options_find(setup->groups, setup->n_groups, option, strlen(option), &place);

    return found && counts(setup, option) ? *(const char *const *)place.value : "";
}

static bool check_place(struct setup *setup, const struct place *place)
{
    const char *path = path_of(setup, place->option);
    const char *problem = *path == '\0' ? NULL : place->check(path);

    if (problem != NULL) {
        (void)setup_refuse(setup, place->option, path, problem);
        (void)fprintf(stderr, "weir: %s\n", setup->message);
    }
    return problem == NULL;
}

bool places_check(struct setup *setup)
{
    bool right = true;

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        right = check_place(setup, &places[i]) && right;
    }
    return right;
}

/*
 * lost_writes: a crash test's disk. Everything that was written but not yet synced is thrown away at the kill.
 *
 * `kill -9` alone proves little about durability: what a process wrote is in the system's page cache and survives it.
 * This library makes the kill as bad as a power loss. Loaded into a program it notes, before each write or truncation
 * of a regular file, the bytes and the length that the file had before. A sync of the file (fsync, fdatasync), once it
 * has returned, forgets the notes of that file. After the kill the same source, built as a program, puts all noted
 * bytes back, newest first: each file is then exactly what it was when it was last synced.
 *
 *     cc -O2 -shared -fPIC -o lost_writes.so lost_writes.c -ldl -lpthread
 *     cc -O2 -DUNDO -o undo lost_writes.c
 *
 *     mkdir data notes
 *     LD_PRELOAD=$PWD/lost_writes.so LOST_WRITES_DIR=$PWD/data LOST_WRITES_LOG=$PWD/notes program --data data &
 *     kill -9 $!; wait $!
 *     ./undo notes        # prints how many files it put back; the notes are removed
 *
 * LOST_WRITES_DIR   files below this folder are watched; `*-shm` are not (SQLite rebuilds them after a crash)
 * LOST_WRITES_LOG   an existing folder for the notes, one file per inode, outside of LOST_WRITES_DIR
 *
 * LOST_WRITES_LIES  optional: syncs of files whose names begin with this are pretended, as on a store that does not sync
 *
 * All are taken when the program starts and are resolved to absolute paths. Without either nothing is watched.
 * The undoing belongs between the kill and the next start: a program that ended by itself leaves notes too, of what it
 * never synced.
 *
 * What is modelled and what is not:
 * - Names are durable at once: creating, renaming and removing a file is not taken back. A file that was never synced
 *   is left with the length it had when it was first written here, a new one with length 0.
 * - Removing the last name of a file drops its notes (SQLite removes the WAL when the last connection closes).
 * - A sync covers the whole file, for all of its descriptors. syncfs and sync are not intercepted.
 * - Writes through mappings (mmap), copy_file_range, sendfile into files, io_uring and O_DIRECT | O_SYNC promises are
 *   not seen: SQLite with mmap_size = 0 and Rust's File do not use them for what they must keep.
 * - Any number of threads, and several processes as long as no two write the same file.
 */

/* The functions below define both names of each call, which are one on 64-bit systems; others are not supported. */
#undef _FILE_OFFSET_BITS
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

_Static_assert(sizeof(off_t) == 8, "64-bit systems only");

/* One note: this, then `path` bytes of the file's path, then `size` old bytes. */
struct note {
	uint32_t magic;
	uint32_t path;
	uint64_t inode;
	int64_t offset; /* of the old bytes */
	int64_t length; /* of the file before */
	uint64_t size;
};

#define MAGIC 0x6c6f7374u

#ifndef UNDO

/* ------------------------------------------------------------------ the library */

static char watched[PATH_MAX], notes[PATH_MAX];
static size_t watched_length;

static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_pwritev)(int, const struct iovec *, int, off_t);
static ssize_t (*real_pread)(int, void *, size_t, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_truncate)(const char *, off_t);
static char lies[64];
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_close)(int);
static int (*real_unlink)(const char *);
static int (*real_unlinkat)(int, const char *, int);
static int (*real_rename)(const char *, const char *);
static int (*real_renameat)(int, const char *, int, const char *);

/* A write and its note, and a sync and its forgetting, must not mix; one lock for each of a few groups of inodes, so
 * that a slow sync of one file does not hold up the others. */
#define LOCKS 64
static pthread_mutex_t locks[LOCKS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void die(const char *what)
{
	/* A crash test that silently notes nothing would prove nothing. */
	dprintf(2, "lost_writes: %s: %s\n", what, strerror(errno));
	abort();
}

static void *next(const char *name)
{
	void *symbol = dlsym(RTLD_NEXT, name);
	if (!symbol)
		die(name);
	return symbol;
}

static void set_up(void)
{
	real_open = next("open64");
	real_openat = next("openat64");
	real_write = next("write");
	real_writev = next("writev");
	real_pwrite = next("pwrite64");
	real_pwritev = next("pwritev64");
	real_pread = next("pread64");
	real_ftruncate = next("ftruncate64");
	real_truncate = next("truncate64");
	real_fsync = next("fsync");
	real_fdatasync = next("fdatasync");
	real_close = next("close");
	real_unlink = next("unlink");
	real_unlinkat = next("unlinkat");
	real_rename = next("rename");
	real_renameat = next("renameat");
	for (int i = 0; i < LOCKS; i++)
		pthread_mutex_init(&locks[i], NULL);
	const char *lie = getenv("LOST_WRITES_LIES");
	if (lie)
		snprintf(lies, sizeof lies, "%s", lie);
	const char *dir = getenv("LOST_WRITES_DIR"), *log = getenv("LOST_WRITES_LOG");
	if (!dir || !log || !*dir || !*log)
		return;
	if (!realpath(log, notes))
		die("LOST_WRITES_LOG");
	if (!realpath(dir, watched))
		die("LOST_WRITES_DIR");
	watched_length = strlen(watched);
}

__attribute__((constructor)) static void load(void)
{
	pthread_once(&once, set_up);
}

static pthread_mutex_t *lock_of(const struct stat *st)
{
	return &locks[st->st_ino % LOCKS];
}

static int is_watched_path(const char *path)
{
	size_t length = strlen(path);
	if (strncmp(path, watched, watched_length) != 0 || path[watched_length] != '/')
		return 0;
	return length < 4 || strcmp(path + length - 4, "-shm") != 0;
}

/* Whether a descriptor is of a watched file that still has a name; then its state and path. */
static int is_watched(int fd, struct stat *st, char path[PATH_MAX])
{
	pthread_once(&once, set_up);
	if (!watched_length || fstat(fd, st) != 0 || !S_ISREG(st->st_mode) || st->st_nlink == 0)
		return 0;
	char link[64];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t length = readlink(link, path, PATH_MAX - 1);
	if (length <= 0)
		return 0;
	path[length] = 0;
	return is_watched_path(path);
}

static void note_name(const struct stat *st, char name[PATH_MAX + 64])
{
	snprintf(name, PATH_MAX + 64, "%s/%llx-%llx.note", notes, (unsigned long long)st->st_dev,
		 (unsigned long long)st->st_ino);
}

static void forget(const struct stat *st)
{
	char name[PATH_MAX + 64];
	note_name(st, name);
	if (real_unlink(name) != 0 && errno != ENOENT)
		die("cannot forget");
}

/* Notes what a change of the bytes from `offset` to `end` would destroy. Under the file's lock. */
static void note(int fd, const struct stat *st, const char *path, off_t offset, off_t end)
{
	off_t last = end < st->st_size ? end : st->st_size;
	size_t size = offset < last ? (size_t)(last - offset) : 0;
	size_t path_length = strlen(path);
	struct note head = {MAGIC,  (uint32_t)path_length, st->st_ino, offset, st->st_size, size};
	size_t total = sizeof head + path_length + size;
	char *record = malloc(total);
	if (!record)
		die("no memory");
	memcpy(record, &head, sizeof head);
	memcpy(record + sizeof head, path, path_length);

	/* The descriptor may be for writing only. */
	char link[64];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	int from = size ? real_open(link, O_RDONLY | O_CLOEXEC) : -1;
	if (size && from < 0)
		die("cannot read what was");
	for (size_t done = 0; done < size;) {
		ssize_t got = real_pread(from, record + sizeof head + path_length + done, size - done,
					 offset + (off_t)done);
		if (got <= 0)
			die("cannot read what was");
		done += (size_t)got;
	}
	if (from >= 0)
		real_close(from);

	/* One write: a kill within it leaves a torn last note, whose change was not made. */
	char name[PATH_MAX + 64];
	note_name(st, name);
	int log = real_open(name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (log < 0)
		die("cannot note");
	for (size_t done = 0; done < total;) {
		ssize_t put = real_write(log, record + done, total - done);
		if (put <= 0)
			die("cannot note");
		done += (size_t)put;
	}
	real_close(log);
	free(record);
}

/* Begins a change of `size` bytes at `offset`, or with -1 where the descriptor stands. Returns the lock to release
 * after it, or NULL when the file is not watched. */
static pthread_mutex_t *begin(int fd, off_t offset, size_t size)
{
	struct stat st;
	char path[PATH_MAX];
	int saved = errno;
	pthread_mutex_t *lock = NULL;
	if (is_watched(fd, &st, path)) {
		lock = lock_of(&st);
		pthread_mutex_lock(lock);
		if (fstat(fd, &st) != 0)
			die("fstat");
		if (fcntl(fd, F_GETFL) & O_APPEND)
			offset = st.st_size;
		else if (offset < 0)
			offset = lseek(fd, 0, SEEK_CUR);
		if (size)
			note(fd, &st, path, offset, offset + (off_t)size);
	}
	errno = saved;
	return lock;
}

static void end(pthread_mutex_t *lock)
{
	if (lock)
		pthread_mutex_unlock(lock);
}

static size_t size_of(const struct iovec *parts, int count)
{
	size_t size = 0;
	for (int i = 0; i < count; i++)
		size += parts[i].iov_len;
	return size;
}

ssize_t write(int fd, const void *bytes, size_t size)
{
	pthread_mutex_t *lock = begin(fd, -1, size);
	ssize_t result = real_write(fd, bytes, size);
	end(lock);
	return result;
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	pthread_mutex_t *lock = begin(fd, -1, size_of(parts, count));
	ssize_t result = real_writev(fd, parts, count);
	end(lock);
	return result;
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t offset)
{
	pthread_mutex_t *lock = begin(fd, offset, size);
	ssize_t result = real_pwrite(fd, bytes, size, offset);
	end(lock);
	return result;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
	return pwrite64(fd, bytes, size, offset);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t offset)
{
	pthread_mutex_t *lock = begin(fd, offset, size_of(parts, count));
	ssize_t result = real_pwritev(fd, parts, count, offset);
	end(lock);
	return result;
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
	return pwritev64(fd, parts, count, offset);
}

/* Notes what a truncation destroys: all from the new end on. */
static pthread_mutex_t *begin_truncation(int fd, off_t length)
{
	struct stat st;
	char path[PATH_MAX];
	int saved = errno;
	pthread_mutex_t *lock = NULL;
	if (is_watched(fd, &st, path)) {
		lock = lock_of(&st);
		pthread_mutex_lock(lock);
		if (fstat(fd, &st) != 0)
			die("fstat");
		note(fd, &st, path, length, st.st_size);
	}
	errno = saved;
	return lock;
}

int ftruncate64(int fd, off_t length)
{
	pthread_mutex_t *lock = begin_truncation(fd, length);
	int result = real_ftruncate(fd, length);
	end(lock);
	return result;
}

int ftruncate(int fd, off_t length)
{
	return ftruncate64(fd, length);
}

int truncate64(const char *name, off_t length)
{
	pthread_once(&once, set_up);
	int fd = watched_length ? real_open(name, O_WRONLY | O_CLOEXEC) : -1;
	if (fd < 0)
		return real_truncate(name, length);
	int result = ftruncate64(fd, length), saved = errno;
	real_close(fd);
	errno = saved;
	return result;
}

int truncate(const char *name, off_t length)
{
	return truncate64(name, length);
}

/* A file that is emptied by opening it is truncated by us, so that it is noted. */
static int emptied(int fd, int flags)
{
	if (fd < 0 || !(flags & O_TRUNC) || (flags & O_ACCMODE) == O_RDONLY)
		return fd;
	struct stat st;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && ftruncate64(fd, 0) != 0) {
		int saved = errno;
		real_close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

static int open_at(int folder, const char *name, int flags, mode_t mode)
{
	pthread_once(&once, set_up);
	int is_ours = watched_length && (flags & O_ACCMODE) != O_RDONLY;
	int fd = real_openat(folder, name, is_ours ? flags & ~O_TRUNC : flags, mode);
	return is_ours ? emptied(fd, flags) : fd;
}

static mode_t mode_of(int flags, va_list rest)
{
	return flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;
}

#define WITH_MODE(call)                                                                                                \
	va_list rest;                                                                                                  \
	va_start(rest, flags);                                                                                         \
	mode_t mode = mode_of(flags, rest);                                                                            \
	va_end(rest);                                                                                                  \
	return call

int open(const char *name, int flags, ...)
{
	WITH_MODE(open_at(AT_FDCWD, name, flags, mode));
}

int open64(const char *name, int flags, ...)
{
	WITH_MODE(open_at(AT_FDCWD, name, flags | O_LARGEFILE, mode));
}

int openat(int folder, const char *name, int flags, ...)
{
	WITH_MODE(open_at(folder, name, flags, mode));
}

int openat64(int folder, const char *name, int flags, ...)
{
	WITH_MODE(open_at(folder, name, flags | O_LARGEFILE, mode));
}

int creat(const char *name, mode_t mode)
{
	return open_at(AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

/* Syncs, then forgets, with no write of the file in between that was not synced. */
static int sync_file(int fd, int (*real)(int))
{
	struct stat st;
	char path[PATH_MAX];
	int saved = errno;
	if (!is_watched(fd, &st, path)) {
		errno = saved;
		return real(fd);
	}
	if (lies[0]) {
		const char *slash = strrchr(path, '/');
		if (strncmp(slash ? slash + 1 : path, lies, strlen(lies)) == 0) {
			errno = saved;
			return 0;
		}
	}
	pthread_mutex_t *lock = lock_of(&st);
	pthread_mutex_lock(lock);
	errno = saved;
	int result = real(fd);
	saved = errno;
	if (result == 0)
		forget(&st);
	errno = saved;
	end(lock);
	return result;
}

int fsync(int fd)
{
	pthread_once(&once, set_up);
	return sync_file(fd, real_fsync);
}

int fdatasync(int fd)
{
	pthread_once(&once, set_up);
	return sync_file(fd, real_fdatasync);
}

/* Before the last name of a file goes: its lock and state, if it is watched. */
static pthread_mutex_t *begin_removal(int folder, const char *name, struct stat *st)
{
	pthread_once(&once, set_up);
	int saved = errno;
	pthread_mutex_t *lock = NULL;
	if (watched_length && fstatat(folder, name, st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st->st_mode) &&
	    st->st_nlink == 1) {
		lock = lock_of(st);
		pthread_mutex_lock(lock);
	}
	errno = saved;
	return lock;
}

static int end_removal(pthread_mutex_t *lock, const struct stat *st, int result)
{
	int saved = errno;
	if (lock && result == 0)
		forget(st);
	end(lock);
	errno = saved;
	return result;
}

int unlink(const char *name)
{
	struct stat st;
	pthread_mutex_t *lock = begin_removal(AT_FDCWD, name, &st);
	return end_removal(lock, &st, real_unlink(name));
}

int unlinkat(int folder, const char *name, int flags)
{
	struct stat st;
	pthread_mutex_t *lock = flags & AT_REMOVEDIR ? NULL : begin_removal(folder, name, &st);
	if (flags & AT_REMOVEDIR)
		pthread_once(&once, set_up);
	return end_removal(lock, &st, real_unlinkat(folder, name, flags));
}

int remove(const char *name)
{
	return unlink(name) == 0 || (errno == EISDIR && rmdir(name) == 0) ? 0 : -1;
}

/* A renamed file keeps its notes (they go by inode, and by the name in the newest note); one that is replaced loses
 * them with its name. */
static int rename_at(int from_folder, const char *from, int to_folder, const char *to)
{
	struct stat replaced, moved;
	pthread_once(&once, set_up);
	int same = watched_length && fstatat(from_folder, from, &moved, AT_SYMLINK_NOFOLLOW) == 0 &&
		   fstatat(to_folder, to, &replaced, AT_SYMLINK_NOFOLLOW) == 0 && moved.st_ino == replaced.st_ino;
	pthread_mutex_t *lock = same ? NULL : begin_removal(to_folder, to, &replaced);
	int result = real_renameat(from_folder, from, to_folder, to);
	end_removal(lock, &replaced, result);
	if (result != 0 || !watched_length)
		return result;

	int saved = errno;
	char name[PATH_MAX + 64], path[PATH_MAX];
	int fd = real_openat(to_folder, to, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0 && is_watched(fd, &moved, path)) {
		lock = lock_of(&moved);
		pthread_mutex_lock(lock);
		note_name(&moved, name);
		/* Only the new name is news; nothing was destroyed. */
		if (access(name, F_OK) == 0)
			note(fd, &moved, path, moved.st_size, moved.st_size);
		end(lock);
	}
	if (fd >= 0)
		real_close(fd);
	errno = saved;
	return result;
}

int rename(const char *from, const char *to)
{
	return rename_at(AT_FDCWD, from, AT_FDCWD, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
	return rename_at(from_folder, from, to_folder, to);
}

#else

/* ------------------------------------------------------------------ the program that undoes */

static void fail(const char *what, const char *name)
{
	fprintf(stderr, "undo: %s %s: %s\n", what, name, strerror(errno));
	exit(1);
}

static char *load(const char *name, size_t *size)
{
	int fd = open(name, O_RDONLY);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) != 0)
		fail("cannot read", name);
	*size = (size_t)st.st_size;
	char *bytes = malloc(*size + 1);
	if (!bytes)
		fail("no memory for", name);
	for (size_t done = 0; done < *size;) {
		ssize_t got = read(fd, bytes + done, *size - done);
		if (got <= 0)
			fail("cannot read", name);
		done += (size_t)got;
	}
	close(fd);
	return bytes;
}

/* Puts back what one file of notes says; whether there was a file to put it into. */
static int undo(const char *name)
{
	size_t size, count = 0, room = 0;
	char *bytes = load(name, &size);
	size_t *starts = NULL;
	struct note head;
	for (size_t at = 0; size - at >= sizeof head;) {
		memcpy(&head, bytes + at, sizeof head);
		if (head.magic != MAGIC) {
			fprintf(stderr, "undo: %s is damaged at byte %zu\n", name, at);
			exit(1);
		}
		uint64_t rest = size - at - sizeof head;
		if (head.path > rest || head.size > rest - head.path)
			break; /* torn by the kill: its change was not made */
		if (count == room) {
			room = room ? room * 2 : 1024;
			starts = realloc(starts, room * sizeof *starts);
			if (!starts)
				fail("no memory for", name);
		}
		starts[count++] = at;
		at += sizeof head + head.path + head.size;
	}
	int fd = -1;
	if (count) {
		/* The newest note has the newest name. */
		char path[PATH_MAX];
		struct stat st;
		memcpy(&head, bytes + starts[count - 1], sizeof head);
		snprintf(path, sizeof path, "%.*s", (int)head.path, bytes + starts[count - 1] + sizeof head);
		fd = open(path, O_WRONLY);
		if (fd < 0 && errno != ENOENT)
			fail("cannot open", path);
		if (fd >= 0 && (fstat(fd, &st) != 0 || st.st_ino != head.inode)) {
			close(fd); /* another file of that name: ours is gone */
			fd = -1;
		}
		for (size_t i = count; fd >= 0 && i-- > 0;) {
			memcpy(&head, bytes + starts[i], sizeof head);
			const char *old = bytes + starts[i] + sizeof head + head.path;
			for (uint64_t done = 0; done < head.size;) {
				ssize_t put = pwrite(fd, old + done, head.size - done, head.offset + (off_t)done);
				if (put <= 0)
					fail("cannot write", path);
				done += (uint64_t)put;
			}
			if (ftruncate(fd, head.length) != 0)
				fail("cannot truncate", path);
		}
	}
	if (fd >= 0)
		close(fd);
	free(starts);
	free(bytes);
	if (unlink(name) != 0)
		fail("cannot remove", name);
	return fd >= 0;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: undo FOLDER-OF-NOTES\n");
		return 2;
	}
	DIR *folder = opendir(argv[1]);
	if (!folder)
		fail("cannot read", argv[1]);
	int files = 0;
	for (struct dirent *entry; (entry = readdir(folder));) {
		size_t length = strlen(entry->d_name);
		if (length < 5 || strcmp(entry->d_name + length - 5, ".note") != 0)
			continue;
		char name[PATH_MAX];
		snprintf(name, sizeof name, "%s/%s", argv[1], entry->d_name);
		files += undo(name);
	}
	closedir(folder);
	printf("%d files put back to their last sync\n", files);
	return 0;
}

#endif
